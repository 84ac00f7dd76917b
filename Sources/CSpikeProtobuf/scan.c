#include "sf_pb_scan.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// Fields with a rule have small numbers; larger ones are looked up as "copy".
enum { FIELDS = 64, LENGTH_BYTES = 5 };

// Wire types of the protobuf encoding specification.
enum { VARINT = 0, FIXED64 = 1, LENGTH_DELIMITED = 2, FIXED32 = 5 };

typedef struct scanner {
  const uint8_t *file;
  size_t count;
  struct {
    uint8_t action;
    uint8_t target;
  } rules[SF_PB_MESSAGES][FIELDS];
  uint32_t payload_field;
  size_t payload_minimum;
  size_t limit;
  size_t capacity;
  sf_pb_skeleton *result;
} scanner;

static sf_pb_status fail(scanner *s, sf_pb_status status, size_t offset, uint32_t field) {
  s->result->error_offset = offset;
  s->result->error_field = field;
  return status;
}

// Reads a varint below `end`; false where it runs over the end (then `position` is there) or has
// more than 64 bits.
static bool read_varint(const uint8_t *bytes, size_t *position, size_t end, uint64_t *value) {
  uint64_t result = 0;
  for (int index = 0; index < 10; index++) {
    if (*position >= end) return false;
    const uint8_t byte = bytes[*position];
    if (index == 9 && byte > 1) return false;
    (*position)++;
    result |= (uint64_t)(byte & 0x7F) << (7 * index);
    if (byte < 0x80) {
      *value = result;
      return true;
    }
  }
  return false;
}

static size_t write_varint(uint8_t *target, uint64_t value) {
  size_t count = 0;
  while (value >= 0x80) {
    target[count++] = (uint8_t)(value | 0x80);
    value >>= 7;
  }
  target[count++] = (uint8_t)value;
  return count;
}

// A length in exactly five bytes, so that it can be filled in afterwards.
static void write_length(uint8_t *target, uint32_t value) {
  for (int index = 0; index < LENGTH_BYTES - 1; index++) {
    target[index] = (uint8_t)(value | 0x80);
    value >>= 7;
  }
  target[LENGTH_BYTES - 1] = (uint8_t)value;
}

static bool append(scanner *s, const uint8_t *bytes, size_t count) {
  sf_pb_skeleton *r = s->result;
  if (count > s->limit - r->count) return false;
  if (count > s->capacity - r->count) {
    size_t capacity = s->capacity == 0 ? 4096 : s->capacity * 2;
    while (capacity < r->count + count) capacity *= 2;
    uint8_t *grown = realloc(r->bytes, capacity);
    if (grown == NULL) return false;
    r->bytes = grown;
    s->capacity = capacity;
  }
  memcpy(r->bytes + r->count, bytes, count);
  r->count += count;
  return true;
}

static bool append_payload(scanner *s, uint32_t field, size_t offset, size_t length) {
  uint8_t place[36];
  size_t count = 0;
  place[count++] = 1 << 3 | VARINT;
  count += write_varint(place + count, field);
  place[count++] = 2 << 3 | VARINT;
  count += write_varint(place + count, offset);
  place[count++] = 3 << 3 | VARINT;
  count += write_varint(place + count, length);
  uint8_t head[16];
  size_t head_count = write_varint(head, (uint64_t)s->payload_field << 3 | LENGTH_DELIMITED);
  head_count += write_varint(head + head_count, count);
  return append(s, head, head_count) && append(s, place, count);
}

static sf_pb_status scan_message(scanner *s, uint32_t message, size_t position, size_t end,
                                 int depth) {
  if (depth > SF_PB_DEPTH) return fail(s, SF_PB_TOO_DEEP, position, 0);
  const sf_pb_status ragged = end == s->count ? SF_PB_TRUNCATED : SF_PB_MALFORMED;
  uint64_t seen = 0;
  while (position < end) {
    const size_t start = position;
    uint64_t tag;
    if (!read_varint(s->file, &position, end, &tag)) {
      s->result->error_end = (uint64_t)s->count + 1;
      return fail(s, position >= end ? ragged : SF_PB_MALFORMED, start, 0);
    }
    const uint64_t number = tag >> 3;
    if (number == 0 || number > 0x1FFFFFFF) return fail(s, SF_PB_MALFORMED, start, 0);
    const uint32_t field = (uint32_t)number;

    uint64_t length = 0;
    switch (tag & 7) {
      case VARINT: {
        uint64_t value;
        if (!read_varint(s->file, &position, end, &value)) {
          s->result->error_end = (uint64_t)s->count + 1;
          return fail(s, position >= end ? ragged : SF_PB_MALFORMED, start, field);
        }
        break;
      }
      case FIXED64: length = 8; break;
      case FIXED32: length = 4; break;
      case LENGTH_DELIMITED:
        if (!read_varint(s->file, &position, end, &length)) {
          s->result->error_end = (uint64_t)s->count + 1;
          return fail(s, position >= end ? ragged : SF_PB_MALFORMED, start, field);
        }
        break;
      default: return fail(s, SF_PB_MALFORMED, start, field);
    }
    const size_t content = position;
    if (length > end - position) {
      // Behind the end of the file it is a cut file; inside it, two messages overlap.
      const bool outside = length > s->count - position;
      if (length > UINT64_MAX - position) return fail(s, SF_PB_MALFORMED, start, field);
      s->result->error_end = position + length;
      return fail(s, outside ? SF_PB_TRUNCATED : SF_PB_MALFORMED, start, field);
    }
    position += (size_t)length;

    if (field == s->payload_field) continue;
    const uint32_t action = field < FIELDS ? s->rules[message][field].action : SF_PB_COPY;
    if (action == SF_PB_DROP) continue;
    bool written = true;
    if ((tag & 7) != LENGTH_DELIMITED || action == SF_PB_COPY ||
        (action == SF_PB_PAYLOAD && length < s->payload_minimum)) {
      written = append(s, s->file + start, position - start);
    } else if (action == SF_PB_PAYLOAD) {
      written = append_payload(s, field, content, (size_t)length);
    } else {
      uint8_t head[16];
      size_t head_count = write_varint(head, (uint64_t)field << 3 | LENGTH_DELIMITED);
      if (action == SF_PB_MARK) {
        head[head_count++] = 0;
        written = append(s, head, head_count);
      } else {
        if (action == SF_PB_DESCEND_ONCE) {
          if (seen >> field & 1) return fail(s, SF_PB_REPEATED, start, field);
          seen |= (uint64_t)1 << field;
        }
        const uint8_t hole[LENGTH_BYTES] = {0};
        written = append(s, head, head_count) && append(s, hole, LENGTH_BYTES);
        if (written) {
          const size_t inner = s->result->count;
          const sf_pb_status status =
              scan_message(s, s->rules[message][field].target, content, position, depth + 1);
          if (status != SF_PB_OK) return status;
          write_length(s->result->bytes + inner - LENGTH_BYTES,
                       (uint32_t)(s->result->count - inner));
        }
      }
    }
    if (!written) return fail(s, SF_PB_TOO_LARGE, start, field);
  }
  return SF_PB_OK;
}

sf_pb_status sf_pb_scan(const uint8_t *file, size_t count, const sf_pb_rule *rules,
                        size_t rule_count, uint32_t payload_field, size_t payload_minimum,
                        size_t limit, sf_pb_skeleton *result) {
  scanner s = {.file = file, .count = count, .payload_field = payload_field,
               .payload_minimum = payload_minimum, .result = result};
  // Lengths inside the skeleton are 31 bits: protobuf-c computes with int in places.
  s.limit = limit < INT32_MAX ? limit : INT32_MAX;
  memset(result, 0, sizeof *result);
  for (size_t index = 0; index < rule_count; index++) {
    const sf_pb_rule rule = rules[index];
    if (rule.message >= SF_PB_MESSAGES || rule.field >= FIELDS || rule.target >= SF_PB_MESSAGES) {
      return SF_PB_TOO_DEEP;
    }
    s.rules[rule.message][rule.field].action = (uint8_t)rule.action;
    s.rules[rule.message][rule.field].target = (uint8_t)rule.target;
  }
  const sf_pb_status status = scan_message(&s, 0, 0, count, 0);
  if (status != SF_PB_OK) sf_pb_skeleton_free(result);
  return status;
}

void sf_pb_skeleton_free(sf_pb_skeleton *skeleton) {
  free(skeleton->bytes);
  skeleton->bytes = NULL;
  skeleton->count = 0;
}
