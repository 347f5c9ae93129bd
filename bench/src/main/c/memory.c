// Plain loads and copies, for what translation and migration are compared with.
#include "twin.h"

#include <string.h>

// Adds up the words at the addresses.
TWIN int64_t twin_load(const uint64_t *addresses, int64_t count) {
  int64_t sum = 0;
  for (int64_t i = 0; i < count; i++) sum += *(const volatile int64_t *)addresses[i];
  return sum;
}

// Follows a chain from place to place; the second word of each is the address of the next.
TWIN int64_t twin_follow(uint64_t first, int64_t count) {
  uint64_t at = first;
  for (int64_t i = 0; i < count; i++) at = ((const volatile uint64_t *)at)[1];
  return (int64_t)at;
}

// Copies pages one at a time with the C library's memcpy, which beats what the compiler would put in its place.
TWIN void twin_copy(const uint64_t *sources, const uint64_t *targets, int64_t count) {
  void *(*volatile library)(void *, const void *, size_t) = memcpy;
  for (int64_t i = 0; i < count; i++) library((void *)targets[i], (const void *)sources[i], PAGE_BYTES);
}
