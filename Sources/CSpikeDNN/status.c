// Texts about oneDNN itself.

#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>

#include "CSpikeDNN.h"

const char *spk_dnn_status_text(int status) {
  switch ((dnnl_status_t)status) {
    case dnnl_success: return "success";
    case dnnl_out_of_memory: return "out of memory";
    case dnnl_invalid_arguments: return "invalid arguments";
    case dnnl_unimplemented: return "not implemented";
    case dnnl_runtime_error: return "runtime error";
    default: return "unexpected status";
  }
}

const char *spk_dnn_version(void) {
  static _Thread_local char text[48];
  const dnnl_version_t *version = dnnl_version();
  snprintf(text, sizeof text, "%d.%d.%d", version->major, version->minor, version->patch);
  return text;
}

int32_t spk_dnn_isa(void) { return (int32_t)dnnl_get_effective_cpu_isa(); }
