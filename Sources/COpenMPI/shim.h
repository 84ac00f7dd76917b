#pragma once
// Only for how it is found and linked (pkg-config ompi-c); CSpikeMPI includes mpi.h itself.
