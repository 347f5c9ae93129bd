// Order-0 allocation: zonelist walk, admission, tenant, per-worker cache, buddy zone. See core.impl/allocator.
#define _GNU_SOURCE
#include "twin.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct zone {
  int64_t first;
  int64_t pages;
  int64_t low;
  int64_t min;
  uint32_t heads[MAX_ORDER + 1];
  int lock;
  int mode;
  int64_t free;
  int opened;
};

struct cache {
  struct zone *zone;
  int count;
  int settled;
  int64_t stack[CACHE_LIMIT];
  int64_t charges[MAX_TENANTS];
};

struct worker {
  struct request request;
  struct cache *caches[MAX_NODES];
};

struct tenant {
  uint64_t allowed;
  int limited;
  int64_t quota[MAX_NODES];
};

// One policy's lists, replaced as a whole in the original, so read through a pointer.
struct zonelists {
  int *lists[MAX_NODES * 9 * 2];
  int lengths[MAX_NODES * 9 * 2];
  int admissions[MAX_NODES];
  int types[MAX_NODES];
  uint64_t default_mask;
  int first_of_mask;
};

static uint64_t *words[MAX_SECTIONS];
static uint64_t *histories[MAX_SECTIONS];
static char *bases[MAX_SECTIONS];
static uint8_t nodes[MAX_SECTIONS];
static struct zone zone0;
static struct tenant tenants[MAX_TENANTS];
static struct zonelists *current;

// ---- Records

static inline uint64_t *record(int64_t pfn) {
  return words[pfn >> SECTION_SHIFT] + ((pfn & (SECTION_PAGES - 1)) << 1);
}

static inline uint64_t word0(int64_t pfn) { return __atomic_load_n(record(pfn), __ATOMIC_ACQUIRE); }

static inline void set_word0(int64_t pfn, uint64_t value) { __atomic_store_n(record(pfn), value, __ATOMIC_RELEASE); }

static inline uint64_t *head_record(int64_t pfn) {
  uint64_t *own = record(pfn);
  return __atomic_load_n(own, __ATOMIC_ACQUIRE) & F_TAIL ? record(pfn & ~511L) : own;
}

static inline int change(uint64_t *word, uint64_t from, uint64_t to) {
  return __atomic_compare_exchange_n(word, &from, to, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

int frame_put(int64_t pfn) {
  uint64_t *record = head_record(pfn);
  uint64_t word;
  do {
    word = __atomic_load_n(record, __ATOMIC_ACQUIRE);
    if ((word & REFS) == 0) abort();
  } while (!change(record, word, word - REF));
  return (int)((word & REFS) >> 32) - 1;
}

int frame_add_mapping(int64_t pfn) {
  uint64_t *record = head_record(pfn);
  uint64_t word;
  do {
    word = __atomic_load_n(record, __ATOMIC_ACQUIRE);
    if ((word & MAPPINGS) == MAPPINGS) return 0;
  } while (!change(record, word, word + MAPPING));
  return 1;
}

void frame_drop_mapping(int64_t pfn) {
  uint64_t *record = head_record(pfn);
  uint64_t word;
  do {
    word = __atomic_load_n(record, __ATOMIC_ACQUIRE);
    if ((word & MAPPINGS) == 0) abort();
  } while (!change(record, word, word - MAPPING));
}

void frame_owner(int64_t pfn, uint64_t object, uint64_t index) { record(pfn)[1] = object << 36 | index; }

void frame_history(int64_t pfn, uint64_t word) {
  histories[pfn >> SECTION_SHIFT][pfn & (SECTION_PAGES - 1)] = word;
}

char *frame_address(int64_t pfn) {
  char *base = bases[pfn >> SECTION_SHIFT];
  return base == NULL ? NULL : base + ((pfn & (SECTION_PAGES - 1)) << PAGE_SHIFT);
}

// ---- Zone: buddy lists under a spin lock

static uint64_t free_word(int order, uint64_t previous, uint64_t next) {
  return (uint64_t)order << 60 | previous << 30 | next;
}

static int free_order(uint64_t word) { return (int)(word >> 60); }
static uint32_t free_previous(uint64_t word) { return (uint32_t)(word >> 30) & 0x3fffffff; }
static uint32_t free_next(uint64_t word) { return (uint32_t)word & 0x3fffffff; }

static void zone_lock(struct zone *zone) {
  int turn = 0;
  for (int none = 0; zone->lock || !__atomic_compare_exchange_n(&zone->lock, &none, 1, 0, __ATOMIC_SEQ_CST,
                                                               __ATOMIC_SEQ_CST);
       none = 0) {
    if (++turn >= 100) sched_yield();
  }
}

static void zone_unlock(struct zone *zone) { __atomic_store_n(&zone->lock, 0, __ATOMIC_RELEASE); }

static void link_block(struct zone *zone, uint32_t block, int order) {
  uint32_t next = zone->heads[order];
  record(zone->first + block)[1] = free_word(order, 0, next);
  set_word0(zone->first + block, F_FREE);
  if (next != 0) {
    uint64_t *other = record(zone->first + next - 1) + 1;
    *other = free_word(order, block + 1, free_next(*other));
  }
  zone->heads[order] = block + 1;
}

static void unlink_block(struct zone *zone, uint32_t block, int order) {
  uint64_t word = record(zone->first + block)[1];
  uint32_t previous = free_previous(word);
  uint32_t next = free_next(word);
  if (previous == 0) {
    zone->heads[order] = next;
  } else {
    uint64_t *other = record(zone->first + previous - 1) + 1;
    *other = free_word(order, free_previous(*other), next);
  }
  if (next != 0) {
    uint64_t *other = record(zone->first + next - 1) + 1;
    *other = free_word(order, previous, free_next(*other));
  }
  set_word0(zone->first + block, 0);
}

static int open_section(struct zone *zone) {
  int64_t base = (int64_t)zone->opened << SECTION_SHIFT;
  if (base >= zone->pages) return 0;
  int section = (int)(zone->first >> SECTION_SHIFT) + zone->opened;
  words[section] = calloc(2 * SECTION_PAGES, sizeof(uint64_t));
  histories[section] = calloc(SECTION_PAGES, sizeof(uint64_t));
  if (words[section] == NULL || histories[section] == NULL) abort();
  zone->opened++;
  int64_t end = zone->pages - base < SECTION_PAGES ? zone->pages - base : SECTION_PAGES;
  while (end > 0) {
    int order = __builtin_ctzl(end);
    if (order > MAX_ORDER) order = MAX_ORDER;
    end -= 1L << order;
    link_block(zone, (uint32_t)(base + end), order);
  }
  return 1;
}

static int64_t take_block(struct zone *zone, int order) {
  int at = order;
  while (at <= MAX_ORDER && zone->heads[at] == 0) at++;
  if (at > MAX_ORDER) return open_section(zone) ? take_block(zone, order) : -1;
  uint32_t block = zone->heads[at] - 1;
  unlink_block(zone, block, at);
  while (at > order) {
    at--;
    link_block(zone, block + (1U << at), at);
  }
  return block;
}

static void give_block(struct zone *zone, uint32_t block, int order) {
  set_word0(zone->first + block, 0);
  uint32_t start = block;
  int at = order;
  while (at < MAX_ORDER) {
    uint32_t buddy = start ^ (1U << at);
    uint64_t *other = record(zone->first + buddy);
    if ((__atomic_load_n(other, __ATOMIC_ACQUIRE) & F_FREE) == 0 || free_order(other[1]) != at) break;
    unlink_block(zone, buddy, at);
    start &= buddy;
    at++;
  }
  link_block(zone, start, at);
}

static int smallest_order(struct zone *zone) {
  int order = 0;
  while (order < MAX_ORDER && zone->heads[order] == 0) order++;
  return order;
}

static int take_some(struct zone *zone, int64_t *into, int want) {
  zone_lock(zone);
  int got = 0;
  int most = zone->free - zone->low < want ? (int)(zone->free - zone->low) : want;
  while (got < most) {
    int order = 31 - __builtin_clz(most - got);
    int smallest = smallest_order(zone);
    if (smallest < order) order = smallest;
    int64_t block = take_block(zone, order);
    if (block < 0) break;
    for (int i = 0; i < 1 << order; i++) {
      set_word0(zone->first + block + i, F_CACHED);
      into[want - 1 - got++] = zone->first + block + i;
    }
  }
  zone->free -= got;
  zone_unlock(zone);
  return got;
}

static void give_some(struct zone *zone, int64_t *from, int count) {
  zone_lock(zone);
  for (int i = 0; i < count; i++) give_block(zone, (uint32_t)(from[i] - zone->first), 0);
  zone->free += count;
  zone_unlock(zone);
}

// ---- Cache

static int64_t cache_pop(struct cache *cache) {
  if (cache->count > cache->settled + 1) {
    for (int low = cache->settled, high = cache->count - 1; low < high; low++, high--) {
      int64_t pfn = cache->stack[low];
      cache->stack[low] = cache->stack[high];
      cache->stack[high] = pfn;
    }
  }
  cache->count--;
  cache->settled = cache->count;
  return cache->stack[cache->count];
}

static int cache_fill(struct cache *cache) {
  int got = take_some(cache->zone, cache->stack, CACHE_REFILL);
  memmove(cache->stack, cache->stack + CACHE_REFILL - got, got * sizeof(int64_t));
  cache->count = got;
  cache->settled = got;
  return got > 0;
}

static void cache_drain(struct cache *cache, int count) {
  give_some(cache->zone, cache->stack, count);
  cache->count -= count;
  memmove(cache->stack, cache->stack + count, cache->count * sizeof(int64_t));
  cache->settled = cache->settled < count ? 0 : cache->settled - count;
}

// ---- Requests

static int in(int reasons, int reason) { return reasons >> reason & 1; }

void request_reset(struct request *request, int reason, int intent, int initiator, int tenant) {
  request->reason = reason;
  request->intent = intent;
  request->initiator = initiator;
  request->tenant = tenant;
  request->explicit_mask = 0;
  request->effective_mask = ~0UL;
  request->may_spill = 1;
  request->named_node = -1;
  request->use_reserve = in(1 << 3 | 1 << 6, reason);
  request->device = reason == 1;
}

static int request_bits(struct request *request) {
  return (request->explicit_mask != 0 ? 1 : 0) | (request->named_node >= 0 && !request->may_spill ? 2 : 0) |
         (request->device ? 4 : 0) | (in(0x1f8, request->reason) ? 8 : 0);
}

static int place(int node, int reason, int may_spill) { return (node * 9 + reason) << 1 | may_spill; }

static int admits(struct zonelists *lists, int node, int bits, int named_node) {
  int needed = lists->admissions[node];
  return needed == 0 || (needed & (node == named_node ? bits : bits & ~2)) != 0;
}

static int64_t take_from(struct worker *worker, struct request *request, int node, int type) {
  struct cache *cache = worker->caches[node];
  if (cache == NULL || (__atomic_load_n(&cache->zone->mode, __ATOMIC_RELAXED) & 2) != 0) return -12;
  struct tenant *tenant = &tenants[request->tenant];
  int limited = tenant->limited && tenant->quota[node] >= 0;
  if (limited) return -122;
  if (cache->count == 0 && !cache_fill(cache)) return -12;
  int64_t pfn = cache_pop(cache);
  cache->charges[request->tenant]++;
  uint64_t *words = record(pfn);
  words[1] = 0;
  __atomic_store_n(words, REF | (uint64_t)request->tenant << TENANT_SHIFT | (uint64_t)type, __ATOMIC_RELEASE);
  return pfn;
}

int64_t frame_allocate(struct worker *worker, struct request *request) {
  struct zonelists *lists = __atomic_load_n(&current, __ATOMIC_ACQUIRE);
  uint64_t wanted = request->explicit_mask != 0 ? request->explicit_mask
                    : request->named_node >= 0 && !request->may_spill ? 1UL << request->named_node
                                                                      : lists->default_mask;
  uint64_t allowed = request->effective_mask & (in(0x1c8, request->reason) ? ~0UL : tenants[request->tenant].allowed);
  uint64_t mask = wanted & allowed;
  int bits = request_bits(request);
  int owner = request->named_node >= 0 ? request->named_node : request->initiator;
  if (request->named_node < 0 && lists->first_of_mask && request->explicit_mask != 0 && (mask >> owner & 1) == 0 &&
      mask != 0) {
    owner = __builtin_ctzl(mask);
  }
  int at = place(owner, request->reason, request->may_spill);
  int *list = lists->lists[at];
  for (int i = 0; i < lists->lengths[at]; i++) {
    int node = list[i];
    if ((mask >> node & 1) != 0 && admits(lists, node, bits, request->named_node)) {
      int64_t pfn = take_from(worker, request, node, lists->types[node]);
      if (pfn >= 0) return pfn;
    }
  }
  return -12;
}

void frame_free(struct worker *worker, int64_t pfn) {
  uint64_t word = word0(pfn);
  struct cache *cache = worker->caches[nodes[pfn >> SECTION_SHIFT]];
  uint64_t special = REFS | MAPPINGS | F_LOCKED | F_TAIL | F_FREE | F_CACHED | F_OFFLINE | F_HEAD | F_POISONED;
  if (cache == NULL || (word & special) != 0 || __atomic_load_n(&cache->zone->mode, __ATOMIC_RELAXED) != 0) abort();
  if (cache->count == CACHE_LIMIT) cache_drain(cache, CACHE_DRAIN);
  cache->charges[word >> TENANT_SHIFT & TENANT_MASK]--;
  set_word0(pfn, F_CACHED);
  cache->stack[cache->count++] = pfn;
}

struct request *worker_request(struct worker *worker) { return &worker->request; }

// ---- Machine

struct worker *worker_new(void) {
  struct worker *worker = calloc(1, sizeof *worker);
  struct cache *cache = calloc(1, sizeof *cache);
  if (worker == NULL || cache == NULL) abort();
  cache->zone = &zone0;
  worker->caches[0] = cache;
  return worker;
}

static char *map_bytes(int64_t bytes) {
  int64_t align = 2 << 20;
  char *start = mmap(NULL, bytes + align, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return NULL;
  start = (char *)(((uintptr_t)start + align - 1) & -align);
  madvise(start, bytes, MADV_HUGEPAGE);
  return start;
}

// Makes the machine: one node of so many pages.
TWIN int twin_open(int64_t pages) {
  static int only[1] = {0};
  char *bytes = map_bytes(pages << PAGE_SHIFT);
  if (bytes == NULL) return -1;
  int sections = (int)((pages + SECTION_PAGES - 1) >> SECTION_SHIFT);
  if (sections > MAX_SECTIONS) return -1;
  for (int i = 0; i < sections; i++) {
    bases[i] = bytes + ((int64_t)i << (SECTION_SHIFT + PAGE_SHIFT));
    nodes[i] = 0;
  }
  memset(&zone0, 0, sizeof zone0);
  zone0.pages = pages;
  zone0.free = pages;
  zone0.min = pages / 1000;
  zone0.low = 2 * zone0.min;
  tenants[0].allowed = ~0UL;
  struct zonelists *lists = calloc(1, sizeof *lists);
  if (lists == NULL) return -1;
  for (int i = 0; i < 9 * 2; i++) {
    lists->lists[i] = only;
    lists->lengths[i] = 1;
  }
  lists->default_mask = 1;
  __atomic_store_n(&current, lists, __ATOMIC_RELEASE);
  return 0;
}

// ---- Rounds

static struct worker *rounds_worker;

// Allocates and frees `times` batches of `batch` frames, in the order in which they came.
TWIN void twin_allocate(int64_t times, int batch) {
  static int64_t taken[1 << 16];
  if (rounds_worker == NULL) rounds_worker = worker_new();
  struct worker *worker = rounds_worker;
  for (int64_t t = 0; t < times; t++) {
    for (int i = 0; i < batch; i++) {
      request_reset(&worker->request, 0, 1, 0, 0);
      taken[i] = frame_allocate(worker, &worker->request);
    }
    for (int i = 0; i < batch; i++) {
      if (frame_put(taken[i]) == 0) frame_free(worker, taken[i]);
    }
  }
}
