print("sfconv")
