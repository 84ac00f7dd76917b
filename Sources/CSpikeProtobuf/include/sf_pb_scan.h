#pragma once
#include <stddef.h>
#include <stdint.h>

/// What the scanner does with a length-delimited field; other wire types are copied.
typedef enum sf_pb_action {
  SF_PB_COPY = 0,          // into the skeleton, as it is
  SF_PB_DESCEND = 1,       // the content is a message of kind `target`
  SF_PB_DESCEND_ONCE = 2,  // the same, and a second occurrence is an error
  SF_PB_PAYLOAD = 3,       // stays in the file when it is long; the skeleton says where
  SF_PB_MARK = 4,          // the skeleton has an empty field of this number: it was there
  SF_PB_DROP = 5,          // left out, whatever its wire type
} sf_pb_action;

/// What to do with one field of one kind of message; fields without a rule are copied.
typedef struct sf_pb_rule {
  uint32_t message;  // kind of message, below SF_PB_MESSAGES; the file itself is kind 0
  uint32_t field;    // field number
  uint32_t action;   // sf_pb_action
  uint32_t target;   // kind of the message inside, for the two descending actions
} sf_pb_rule;

enum {
  SF_PB_MESSAGES = 16,  // kinds of messages that rules may speak of
  SF_PB_DEPTH = 16,     // nesting that the scanner follows
};

typedef enum sf_pb_status {
  SF_PB_OK = 0,
  SF_PB_TRUNCATED = 1,  // a field needs bytes behind the end of the file
  SF_PB_MALFORMED = 2,  // not a protobuf message, or a field overhangs its message
  SF_PB_REPEATED = 3,   // a field that may occur once occurs twice
  SF_PB_TOO_LARGE = 4,  // the skeleton would exceed its limit, or memory is short
  SF_PB_TOO_DEEP = 5,   // the rules nest deeper than SF_PB_DEPTH
} sf_pb_status;

/// What a scan found.
typedef struct sf_pb_skeleton {
  uint8_t *bytes;       // the skeleton, owned by the caller: sf_pb_skeleton_free
  size_t count;         // its size
  size_t error_offset;  // where the field begins that could not be read
  uint64_t error_end;   // SF_PB_TRUNCATED: where that field would end
  uint32_t error_field; // its number, 0 if not even that could be read
} sf_pb_skeleton;

/// Copies a protobuf file without its payloads.
///
/// Every tag, varint and length is checked against the message around it. Payload fields of at
/// least `payload_minimum` bytes are replaced by one field `payload_field` each, a message
/// `{1: field number, 2: offset in the file, 3: length}`. A field `payload_field` in the file
/// itself is left out, so that no file can point anywhere.
/// Lengths of messages in the skeleton are written as varints of five bytes.
/// Cost: one step per field that is not inside a copied or payload field; skeleton <= `limit`.
sf_pb_status sf_pb_scan(const uint8_t *file, size_t count, const sf_pb_rule *rules,
                        size_t rule_count, uint32_t payload_field, size_t payload_minimum,
                        size_t limit, sf_pb_skeleton *result);

/// Frees the bytes of a skeleton; harmless on an empty one.
void sf_pb_skeleton_free(sf_pb_skeleton *skeleton);
