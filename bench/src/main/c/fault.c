// First touch of private anonymous memory: VMA lookup, table walk, allocation, record, install. See core.impl/faults.
#include "twin.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NONE = 0, ZERO = 1, PRESENT = 2, TABLE = 10, WRITE = 1 << 4, LARGE = 1 << 9, VMAS_A_CHUNK = 64 };

struct object {
  uint64_t id;
};

struct space {
  int tenant;
};

struct vma {
  struct space *space;
  uint64_t start;
  uint64_t end;
  int protection;
  int shared;
  int binding;
  struct object *object;
  uint64_t first_index;
  int dead;
};

struct chunk {
  int count;
  struct vma *vmas[VMAS_A_CHUNK];
};

// The mappings of a space, replaced as a whole in the original.
struct map {
  int count;
  uint64_t *firsts;
  struct chunk **chunks;
};

struct middle {
  uint64_t entries[512];
  uint64_t *leaves[512];
  int locks[512];
};

struct agent {
  struct worker *worker;
  int depth;
  int busy;
  int64_t faults;
};

struct regime {
  int large_pages;
  int mover;
};

static struct middle **top[256];
static struct map *mappings;
static struct agent agent;
static struct regime regime0;
static struct regime *regime = &regime0;
static int stopped;

// The C library's memset, which beats what the compiler would put in its place.
static void *(*volatile clear_page)(void *, int, size_t) = memset;

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000UL + now.tv_nsec;
}

// ---- Mappings

static struct vma *find(uint64_t address) {
  struct map *map = __atomic_load_n(&mappings, __ATOMIC_ACQUIRE);
  int low = -1;
  int high = map->count - 1;
  while (low < high) {
    int middle = (low + high + 1) >> 1;
    if (map->firsts[middle] <= address) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  if (low < 0) return NULL;
  struct chunk *chunk = map->chunks[low];
  low = 0;
  high = chunk->count - 1;
  while (low < high) {
    int middle = (low + high + 1) >> 1;
    if (chunk->vmas[middle]->start <= address) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  struct vma *vma = chunk->vmas[low];
  return vma->start <= address && address < vma->end ? vma : NULL;
}

// ---- Tables

static int region(uint64_t address) { return (int)(address >> 21) & 511; }
static int leaf_index(uint64_t address) { return (int)(address >> 12) & 511; }

static uint64_t load(uint64_t *at) { return __atomic_load_n(at, __ATOMIC_ACQUIRE); }

static struct middle *middle_of(uint64_t address) {
  struct middle **upper = __atomic_load_n(&top[address >> 39], __ATOMIC_ACQUIRE);
  return upper == NULL ? NULL : __atomic_load_n(&upper[address >> 30 & 511], __ATOMIC_ACQUIRE);
}

static uint64_t get(uint64_t address) {
  struct middle *middle = middle_of(address);
  if (middle == NULL) return NONE;
  uint64_t entry = load(&middle->entries[region(address)]);
  if ((entry & 15) != TABLE) return entry & LARGE ? entry + ((uint64_t)leaf_index(address) << 12) : entry;
  uint64_t *leaf = __atomic_load_n(&middle->leaves[region(address)], __ATOMIC_ACQUIRE);
  return leaf == NULL ? NONE : load(&leaf[leaf_index(address)]);
}

static struct middle *middle_for_install(uint64_t address) {
  struct middle **upper = __atomic_load_n(&top[address >> 39], __ATOMIC_ACQUIRE);
  if (upper == NULL) {
    upper = calloc(512, sizeof *upper);
    __atomic_store_n(&top[address >> 39], upper, __ATOMIC_RELEASE);
  }
  struct middle *middle = __atomic_load_n(&upper[address >> 30 & 511], __ATOMIC_ACQUIRE);
  if (middle == NULL) {
    middle = calloc(1, sizeof *middle);
    __atomic_store_n(&upper[address >> 30 & 511], middle, __ATOMIC_RELEASE);
  }
  return middle;
}

static uint64_t *leaf_for_install(struct middle *middle, uint64_t address) {
  uint64_t entry = load(&middle->entries[region(address)]);
  if ((entry & 15) == TABLE) return __atomic_load_n(&middle->leaves[region(address)], __ATOMIC_ACQUIRE);
  if (entry != NONE) return NULL;
  uint64_t *leaf = calloc(512, sizeof *leaf);
  __atomic_store_n(&middle->leaves[region(address)], leaf, __ATOMIC_RELEASE);
  __atomic_store_n(&middle->entries[region(address)], TABLE, __ATOMIC_RELEASE);
  return leaf;
}

static int put(struct vma *vma, uint64_t address, uint64_t entry) {
  struct middle *middle = middle_for_install(address);
  int *lock = &middle->locks[region(address)];
  for (int none = 0; !__atomic_compare_exchange_n(lock, &none, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); none = 0) {
    PAUSE();
  }
  int installed = 0;
  uint64_t *leaf = __atomic_load_n(&vma->dead, __ATOMIC_ACQUIRE) ? NULL : leaf_for_install(middle, address);
  if (leaf != NULL && (load(&leaf[leaf_index(address)]) & 15) == NONE) {
    __atomic_store_n(&leaf[leaf_index(address)], entry, __ATOMIC_RELEASE);
    installed = 1;
  }
  __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
  return installed;
}

// ---- Fault

static uint64_t history(uint64_t since_ns, int mover, uint64_t cost_ns) {
  uint64_t since = since_ns >> 12;
  uint64_t cost = cost_ns == 0 ? 0 : 64 - __builtin_clzl(cost_ns);
  return since << 25 | (uint64_t)(mover & 255) << 17 | (cost < 31 ? cost : 31);
}

static int touch(struct vma *vma, uint64_t address, int zeroing) {
  uint64_t begun = now_ns();
  struct regime *now = __atomic_load_n(&regime, __ATOMIC_ACQUIRE);
  if (now->large_pages) abort();
  struct request *request = worker_request(agent.worker);
  request_reset(request, 0, 1, 0, vma->space->tenant);
  if (vma->binding != 0) abort();
  int64_t pfn = frame_allocate(agent.worker, request);
  if (pfn < 0) return (int)pfn;
  if (zeroing) clear_page(frame_address(pfn), 0, PAGE_BYTES);
  frame_owner(pfn, vma->object->id, vma->first_index + ((address - vma->start) >> 12));
  frame_add_mapping(pfn);
  uint64_t end = now_ns();
  frame_history(pfn, history(end, now->mover, end - begun));
  if ((get(address) & 15) == ZERO) abort();
  return put(vma, address, (uint64_t)pfn << 12 | PRESENT | WRITE) ? 0 : -1;
}

static int fault(uint64_t address, int zeroing) {
  agent.depth++;
  __atomic_store_n(&agent.busy, 1, __ATOMIC_RELEASE);
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  if (__atomic_load_n(&stopped, __ATOMIC_ACQUIRE)) abort();
  agent.faults++;
  int outcome = -14;
  struct vma *vma = find(address);
  if (vma != NULL && (vma->protection & 2) != 0) {
    uint64_t entry = get(address);
    if (vma->shared || (entry & 15) > ZERO) abort();
    outcome = touch(vma, address, zeroing);
  }
  if (--agent.depth == 0) __atomic_store_n(&agent.busy, 0, __ATOMIC_RELEASE);
  return outcome;
}

// ---- Rounds

// Faults at each address; returns how many were served.
TWIN int64_t twin_fault(const uint64_t *addresses, int64_t count, int zeroing) {
  int64_t served = 0;
  for (int64_t i = 0; i < count; i++) served += fault(addresses[i], zeroing) == 0;
  return served;
}

// Unmaps each address and gives its frame back.
TWIN void twin_unmap(const uint64_t *addresses, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    struct middle *middle = middle_of(addresses[i]);
    uint64_t *entry = &middle->leaves[region(addresses[i])][leaf_index(addresses[i])];
    int64_t pfn = (int64_t)(__atomic_exchange_n(entry, NONE, __ATOMIC_SEQ_CST) >> 12);
    frame_drop_mapping(pfn);
    if (frame_put(pfn) == 0) frame_free(agent.worker, pfn);
  }
}

// Maps so many ranges of so many pages each, so far apart, from an address on.
TWIN void twin_map(uint64_t start, int count, int64_t pages, uint64_t stride) {
  static struct space space = {0};
  if (agent.worker == NULL) agent.worker = worker_new();
  struct map *map = calloc(1, sizeof *map);
  map->count = (count + VMAS_A_CHUNK - 1) / VMAS_A_CHUNK;
  map->firsts = calloc(map->count, sizeof *map->firsts);
  map->chunks = calloc(map->count, sizeof *map->chunks);
  for (int i = 0; i < count; i++) {
    struct vma *vma = calloc(1, sizeof *vma);
    struct object *object = calloc(1, sizeof *object);
    object->id = i + 1;
    vma->space = &space;
    vma->start = start + i * stride;
    vma->end = vma->start + (pages << 12);
    vma->protection = 3;
    vma->object = object;
    vma->first_index = vma->start >> 12;
    int c = i / VMAS_A_CHUNK;
    if (map->chunks[c] == NULL) {
      map->chunks[c] = calloc(1, sizeof **map->chunks);
      map->firsts[c] = vma->start;
    }
    map->chunks[c]->vmas[map->chunks[c]->count++] = vma;
  }
  __atomic_store_n(&mappings, map, __ATOMIC_RELEASE);
}
