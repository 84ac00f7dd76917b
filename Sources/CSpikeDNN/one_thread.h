// oneDNN on the calling thread alone; not part of the interface.
#pragma once

// Sets the calling thread's OpenMP thread count to 1 and returns the count before.
int spk_enter_one_thread(void);
void spk_leave_one_thread(int before);
