#include "CSpikeHDF5.h"
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct spike_hdf5_file {
  hid_t file;
};

static _Thread_local char reason[256];

const char *spike_hdf5_reason(void) { return reason; }

// The innermost message of HDF5's own error stack is the one that says what happened.
static herr_t remember(unsigned depth, const H5E_error2_t *error, void *unused)
{
  (void)depth;
  (void)unused;
  snprintf(reason, sizeof reason, "%s", error->desc ? error->desc : "unknown");
  return 0;
}

static int failed(const char *what)
{
  snprintf(reason, sizeof reason, "%s", what);
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, remember, NULL);
  H5Eclear2(H5E_DEFAULT);
  return -1;
}

spike_hdf5_file *spike_hdf5_create(void)
{
  // Errors are returned; HDF5 would also print them.
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  spike_hdf5_file *result = calloc(1, sizeof *result);
  if (!result) return NULL;
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  result->file = -1;
  // The core driver without a backing store: nothing touches the disk.
  if (access >= 0 && H5Pset_fapl_core(access, 1 << 16, 0) >= 0) {
    result->file = H5Fcreate("sfconv-in-memory.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access);
  }
  if (access >= 0) H5Pclose(access);
  if (result->file < 0) {
    failed("the file could not be created");
    free(result);
    return NULL;
  }
  return result;
}

int spike_hdf5_group(spike_hdf5_file *file, const char *path)
{
  hid_t group = H5Gcreate2(file->file, path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  if (group < 0) return failed("the group could not be created");
  H5Gclose(group);
  return 0;
}

static int write_dataset(
  spike_hdf5_file *file, const char *path, hid_t stored, hid_t memory, int rank,
  const uint64_t *sizes, const void *elements)
{
  hsize_t dimensions[H5S_MAX_RANK];
  if (rank < 0 || rank > H5S_MAX_RANK) return failed("too many axes");
  for (int axis = 0; axis < rank; axis++) dimensions[axis] = sizes[axis];
  hid_t space =
    rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, dimensions, NULL);
  hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  // Without times in object headers the same content is the same bytes.
  hid_t dataset = -1;
  if (space >= 0 && properties >= 0 && H5Pset_obj_track_times(properties, 0) >= 0) {
    dataset = H5Dcreate2(file->file, path, stored, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  }
  int result = 0;
  if (dataset < 0 || H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, elements) < 0) {
    result = failed("the data set could not be written");
  }
  if (dataset >= 0) H5Dclose(dataset);
  if (properties >= 0) H5Pclose(properties);
  if (space >= 0) H5Sclose(space);
  return result;
}

int spike_hdf5_numbers(
  spike_hdf5_file *file, const char *path, int type, int rank, const uint64_t *sizes,
  const void *elements)
{
  hid_t stored, memory;
  switch (type) {
    case SPIKE_HDF5_INT8: stored = H5T_STD_I8LE, memory = H5T_NATIVE_INT8; break;
    case SPIKE_HDF5_UINT8: stored = H5T_STD_U8LE, memory = H5T_NATIVE_UINT8; break;
    case SPIKE_HDF5_INT16: stored = H5T_STD_I16LE, memory = H5T_NATIVE_INT16; break;
    case SPIKE_HDF5_UINT16: stored = H5T_STD_U16LE, memory = H5T_NATIVE_UINT16; break;
    case SPIKE_HDF5_INT32: stored = H5T_STD_I32LE, memory = H5T_NATIVE_INT32; break;
    case SPIKE_HDF5_UINT32: stored = H5T_STD_U32LE, memory = H5T_NATIVE_UINT32; break;
    case SPIKE_HDF5_INT64: stored = H5T_STD_I64LE, memory = H5T_NATIVE_INT64; break;
    case SPIKE_HDF5_UINT64: stored = H5T_STD_U64LE, memory = H5T_NATIVE_UINT64; break;
    case SPIKE_HDF5_FLOAT32: stored = H5T_IEEE_F32LE, memory = H5T_NATIVE_FLOAT; break;
    case SPIKE_HDF5_FLOAT64: stored = H5T_IEEE_F64LE, memory = H5T_NATIVE_DOUBLE; break;
    default: return failed("unknown element type");
  }
  return write_dataset(file, path, stored, memory, rank, sizes, elements);
}

int spike_hdf5_fixed_strings(
  spike_hdf5_file *file, const char *path, int rank, const uint64_t *sizes, size_t length,
  const char *bytes)
{
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0 || H5Tset_size(type, length) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0) {
    if (type >= 0) H5Tclose(type);
    return failed("the string type could not be made");
  }
  int result = write_dataset(file, path, type, type, rank, sizes, bytes);
  H5Tclose(type);
  return result;
}

int spike_hdf5_strings(
  spike_hdf5_file *file, const char *path, int rank, const uint64_t *sizes,
  const char *const *texts)
{
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0 || H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
    if (type >= 0) H5Tclose(type);
    return failed("the string type could not be made");
  }
  int result = write_dataset(file, path, type, type, rank, sizes, texts);
  H5Tclose(type);
  return result;
}

int64_t spike_hdf5_image(spike_hdf5_file *file, void *buffer, size_t capacity)
{
  if (!buffer && H5Fflush(file->file, H5F_SCOPE_GLOBAL) < 0) {
    return failed("the file could not be completed");
  }
  ssize_t size = H5Fget_file_image(file->file, buffer, buffer ? capacity : 0);
  return size < 0 ? failed("the file could not be read back") : (int64_t)size;
}

void spike_hdf5_close(spike_hdf5_file *file)
{
  if (!file) return;
  H5Fclose(file->file);
  free(file);
}
