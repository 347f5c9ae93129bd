// Plain loads and copies, for what translation and migration are compared with.
#define _GNU_SOURCE
#include "twin.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
TWIN void twin_copy(const uint64_t *sources, const uint64_t *targets, int64_t count, int64_t bytes_each) {
  void *(*volatile library)(void *, const void *, size_t) = memcpy;
  for (int64_t i = 0; i < count; i++) library((void *)targets[i], (const void *)sources[i], bytes_each);
}

// Reads the kernel's entries of small pages that are there, with one call; returns how many say so, or below 0.
TWIN int64_t twin_pagemap(int64_t count) {
  static int file = -1;
  static char *pages;
  static uint64_t *entries;
  static int64_t mapped;
  if (file < 0) file = open("/proc/self/pagemap", O_RDONLY);
  if (mapped != count) {
    if (mapped) munmap(pages, mapped * PAGE_BYTES);
    pages = mmap(0, count * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (file < 0 || pages == MAP_FAILED) return -1;
    madvise(pages, count * PAGE_BYTES, MADV_NOHUGEPAGE);
    for (int64_t i = 0; i < count; i++) pages[i * PAGE_BYTES] = 1;
    entries = realloc(entries, count * sizeof *entries);
    mapped = count;
  }
  int64_t bytes = count * sizeof *entries;
  if (pread(file, entries, bytes, (uintptr_t)pages / PAGE_BYTES * sizeof *entries) != bytes) return -2;
  int64_t present = 0;
  for (int64_t i = 0; i < count; i++) present += entries[i] >> 63;
  return present;
}
