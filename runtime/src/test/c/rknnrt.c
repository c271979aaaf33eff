/* Stands in for Rockchip's runtime, of which there is none for this machine: the same functions and
 * structures, the same codes, and a log of every use that the interface does not allow.
 *
 * A "model" is a file in the frame of a .rknn with two numbers behind the identifier of its content:
 * the tokens S and the values H of each. It computes 2·x + bias, for x [1, S, H] and bias [1, S].
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { uint32_t n_input, n_output; } counts;
typedef struct {
  uint32_t index, n_dims, dims[16];
  char name[256];
  uint32_t n_elems, size;
  int32_t fmt, type, qnt_type;
  int8_t fl;
  int32_t zp;
  float scale;
  uint32_t w_stride, size_with_stride;
  uint8_t pass_through;
  uint32_t h_stride;
} attribute;
typedef struct {
  uint32_t index;
  void *buf;
  uint32_t size;
  uint8_t pass_through;
  int32_t type, fmt;
} input;
typedef struct {
  uint8_t want_float, is_prealloc;
  uint32_t index;
  void *buf;
  uint32_t size;
} output;
typedef struct { char api_version[256], drv_version[256]; } version;
typedef struct {
  uint32_t total_weight_size, total_internal_size;
  uint64_t total_dma_allocated_size;
  uint32_t total_sram_size, free_sram_size, reserved[10];
} memory;

enum { FAIL = -1, PARAMETER = -5, MODEL = -6, CONTEXT = -7, INPUT = -8, OUTPUT = -9 };
enum { FREE, READY, FED, RUN, LENT };

typedef struct {
  int state, busy, mask;
  uint32_t tokens, values;
  float *x, *bias;
} context;

#define CONTEXTS 16
static context contexts[CONTEXTS];
static int misuses, failing_code, failing_after;

/* What the tests ask. */

int standin_live(void) {
  int live = 0;
  for (int i = 0; i < CONTEXTS; i++) live += contexts[i].state != FREE;
  return live;
}

int standin_misuses(void) { return misuses; }

int standin_mask(int index) { return contexts[index].mask; }

/* Makes the call after so many others fail. */
void standin_fail(int code, int after) {
  failing_code = code;
  failing_after = after;
}

#define FIELD(structure, field) #structure "." #field " %zu\n"
#define AT(structure, field) offsetof(structure, field)

void standin_layouts(char *text, int size) {
  snprintf(text, size,
           "counts %zu\nattribute %zu\ninput %zu\noutput %zu\nversion %zu\nmemory %zu\n"
           FIELD(counts, n_output) FIELD(attribute, n_dims) FIELD(attribute, dims)
           FIELD(attribute, name) FIELD(attribute, n_elems) FIELD(attribute, size)
           FIELD(attribute, fmt) FIELD(attribute, type) FIELD(attribute, qnt_type)
           FIELD(attribute, fl) FIELD(attribute, zp) FIELD(attribute, scale)
           FIELD(attribute, w_stride) FIELD(attribute, size_with_stride)
           FIELD(attribute, pass_through) FIELD(attribute, h_stride) FIELD(input, buf)
           FIELD(input, size) FIELD(input, pass_through) FIELD(input, type) FIELD(input, fmt)
           FIELD(output, is_prealloc) FIELD(output, index) FIELD(output, buf) FIELD(output, size)
           FIELD(version, drv_version) FIELD(memory, total_dma_allocated_size)
           FIELD(memory, free_sram_size) FIELD(memory, reserved),
           sizeof(counts), sizeof(attribute), sizeof(input), sizeof(output), sizeof(version),
           sizeof(memory), AT(counts, n_output), AT(attribute, n_dims), AT(attribute, dims),
           AT(attribute, name), AT(attribute, n_elems), AT(attribute, size), AT(attribute, fmt),
           AT(attribute, type), AT(attribute, qnt_type), AT(attribute, fl), AT(attribute, zp),
           AT(attribute, scale), AT(attribute, w_stride), AT(attribute, size_with_stride),
           AT(attribute, pass_through), AT(attribute, h_stride), AT(input, buf), AT(input, size),
           AT(input, pass_through), AT(input, type), AT(input, fmt), AT(output, is_prealloc),
           AT(output, index), AT(output, buf), AT(output, size), AT(version, drv_version),
           AT(memory, total_dma_allocated_size), AT(memory, free_sram_size),
           AT(memory, reserved));
}

/* The interface. */

static int misuse(int code) {
  __atomic_add_fetch(&misuses, 1, __ATOMIC_SEQ_CST);
  return code;
}

static int injected(void) {
  if (failing_code != 0 && failing_after-- == 0) {
    int code = failing_code;
    failing_code = 0;
    return code;
  }
  return 0;
}

static context *find(uint64_t handle) {
  if (handle == 0 || handle > CONTEXTS || contexts[handle - 1].state == FREE) {
    misuse(CONTEXT);
    return NULL;
  }
  return &contexts[handle - 1];
}

int rknn_init(uint64_t *handle, void *model, uint32_t size, uint32_t flag, void *extend) {
  int code = injected();
  if (code != 0) return code;
  if (handle == NULL || model == NULL || size != 0 || flag != 0 || extend != NULL)
    return misuse(PARAMETER);
  FILE *file = fopen(model, "rb");
  if (file == NULL) return MODEL;
  unsigned char head[80];
  size_t read = fread(head, 1, sizeof head, file);
  fclose(file);
  if (read != sizeof head || memcmp(head, "RKNN\0\0\0\0", 8) != 0) return MODEL;
  for (int i = 0; i < CONTEXTS; i++) {
    if (contexts[i].state == FREE) {
      context *each = &contexts[i];
      memset(each, 0, sizeof *each);
      memcpy(&each->tokens, head + 72, 4);
      memcpy(&each->values, head + 76, 4);
      each->x = malloc(4u * each->tokens * each->values);
      each->bias = malloc(4u * each->tokens);
      each->state = READY;
      *handle = (uint64_t)i + 1;
      return 0;
    }
  }
  return FAIL;
}

int rknn_destroy(uint64_t handle) {
  context *each = find(handle);
  if (each == NULL) return CONTEXT;
  if (each->state == LENT) misuse(0);
  free(each->x);
  free(each->bias);
  each->state = FREE;
  return 0;
}

int rknn_set_core_mask(uint64_t handle, int mask) {
  context *each = find(handle);
  if (each == NULL) return CONTEXT;
  if (mask != 1 && mask != 2 && mask != 4 && mask != 3 && mask != 7 && mask != 0xffff)
    return misuse(PARAMETER);
  each->mask = mask;
  return 0;
}

static int describe(context *each, attribute *answer, int is_input) {
  uint32_t index = answer->index;
  if (index >= (is_input ? 2u : 1u)) return misuse(PARAMETER);
  int is_bias = is_input && index == 1;
  memset(answer, 0, sizeof *answer);
  answer->index = index;
  answer->n_dims = is_bias ? 2 : 3;
  answer->dims[0] = 1;
  answer->dims[1] = each->tokens;
  answer->dims[2] = is_bias ? 0 : each->values;
  strcpy(answer->name, is_bias ? "attn_bias" : is_input ? "inputs_embeds" : "last_hidden");
  answer->n_elems = each->tokens * (is_bias ? 1 : each->values);
  answer->size = answer->n_elems * 2;
  answer->fmt = 3;
  answer->type = 1;
  return 0;
}

int rknn_query(uint64_t handle, int what, void *answer, uint32_t size) {
  context *each = find(handle);
  if (each == NULL) return CONTEXT;
  switch (what) {
    case 0: {
      if (size != sizeof(counts)) return misuse(PARAMETER);
      counts both = {2, 1};
      memcpy(answer, &both, sizeof both);
      return 0;
    }
    case 1:
    case 2:
      if (size != sizeof(attribute)) return misuse(PARAMETER);
      return describe(each, answer, what == 1);
    case 5:
      if (size != sizeof(version)) return misuse(PARAMETER);
      memset(answer, 0, size);
      strcpy(((version *)answer)->api_version, "2.3.2 (stand-in)");
      strcpy(((version *)answer)->drv_version, "0.9.8");
      return 0;
    case 6:
      if (size != sizeof(memory)) return misuse(PARAMETER);
      memset(answer, 0, size);
      ((memory *)answer)->total_weight_size = 3000000000u;
      return 0;
    default:
      return misuse(PARAMETER);
  }
}

int rknn_inputs_set(uint64_t handle, uint32_t count, input inputs[]) {
  context *each = find(handle);
  if (each == NULL) return CONTEXT;
  if (__atomic_exchange_n(&each->busy, 1, __ATOMIC_SEQ_CST) || each->state == LENT)
    return misuse(FAIL);
  if (count != 2) return misuse(INPUT);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t size = 4 * each->tokens * (inputs[i].index == 0 ? each->values : 1);
    if (inputs[i].index > 1 || inputs[i].buf == NULL || inputs[i].size != size ||
        inputs[i].pass_through != 0 || inputs[i].type != 0)
      return misuse(INPUT);
    memcpy(inputs[i].index == 0 ? each->x : each->bias, inputs[i].buf, size);
  }
  each->state = FED;
  return 0;
}

int rknn_run(uint64_t handle, void *extend) {
  context *each = find(handle);
  if (each == NULL) return CONTEXT;
  int code = injected();
  if (code != 0) {
    each->busy = 0;
    return code;
  }
  if (extend != NULL || each->state != FED) return misuse(FAIL);
  each->state = RUN;
  return 0;
}

int rknn_outputs_get(uint64_t handle, uint32_t count, output outputs[], void *extend) {
  context *each = find(handle);
  if (each == NULL) return CONTEXT;
  if (each->state != RUN || extend != NULL) return misuse(FAIL);
  uint32_t size = 4 * each->tokens * each->values;
  if (count != 1 || outputs[0].index != 0 || outputs[0].want_float != 1 ||
      outputs[0].is_prealloc != 1 || outputs[0].buf == NULL || outputs[0].size != size)
    return misuse(OUTPUT);
  float *target = outputs[0].buf;
  for (uint32_t i = 0; i < each->tokens * each->values; i++)
    target[i] = 2 * each->x[i] + each->bias[i / each->values];
  each->state = LENT;
  return 0;
}

int rknn_outputs_release(uint64_t handle, uint32_t count, output outputs[]) {
  context *each = find(handle);
  if (each == NULL) return CONTEXT;
  if (each->state != LENT || count != 1 || outputs == NULL) return misuse(OUTPUT);
  each->state = READY;
  __atomic_store_n(&each->busy, 0, __ATOMIC_SEQ_CST);
  return 0;
}
