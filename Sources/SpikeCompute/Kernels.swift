/// The numeric kernels of the engine over ``FloatView``s; each runs on the calling thread.
///
/// Every kernel gives the same bits on every processor (own exponential and logarithm, fixed
/// order of sums, no contraction of products and sums). Sizes that do not fit are a mistake of
/// the programmer and end the program. Unless a kernel says otherwise it overwrites its results,
/// and its inputs and outputs are different memory.
public enum Kernels {}
