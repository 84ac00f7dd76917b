// Writing HDF5 files in memory, behind plain types: no HDF5 name leaves this target.
//
// Paths are absolute inside the file and their parents must exist. Functions that return int give
// 0 or a negative number; the reason is in spike_hdf5_reason() until the next call on the thread.
// Calls must not overlap: the caller holds a lock.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct spike_hdf5_file spike_hdf5_file;

enum spike_hdf5_type {
  SPIKE_HDF5_INT8, SPIKE_HDF5_UINT8, SPIKE_HDF5_INT16, SPIKE_HDF5_UINT16, SPIKE_HDF5_INT32,
  SPIKE_HDF5_UINT32, SPIKE_HDF5_INT64, SPIKE_HDF5_UINT64, SPIKE_HDF5_FLOAT32, SPIKE_HDF5_FLOAT64
};

// An empty file in memory, or NULL.
spike_hdf5_file *spike_hdf5_create(void);

int spike_hdf5_group(spike_hdf5_file *file, const char *path);

// Little-endian numbers, row-major; rank 0 is a scalar.
int spike_hdf5_numbers(
  spike_hdf5_file *file, const char *path, int type, int rank, const uint64_t *sizes,
  const void *elements);

// Fixed-length byte strings, each `length` bytes, padded with NUL.
int spike_hdf5_fixed_strings(
  spike_hdf5_file *file, const char *path, int rank, const uint64_t *sizes, size_t length,
  const char *bytes);

// UTF-8 strings of variable length.
int spike_hdf5_strings(
  spike_hdf5_file *file, const char *path, int rank, const uint64_t *sizes,
  const char *const *texts);

// The bytes of the file: with buffer NULL only their number. Negative on failure.
int64_t spike_hdf5_image(spike_hdf5_file *file, void *buffer, size_t capacity);

// Frees the file.
void spike_hdf5_close(spike_hdf5_file *file);

const char *spike_hdf5_reason(void);
