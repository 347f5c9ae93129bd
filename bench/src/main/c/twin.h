// The algorithms of moraine.core.impl in C, with its constants and word layouts, as the other side of bench/run.
// One machine of one node; single-threaded use, but with every atomic operation that the original makes.
#ifndef TWIN_H
#define TWIN_H

#include <stdint.h>

enum {
  PAGE_SHIFT = 12,
  PAGE_BYTES = 1 << PAGE_SHIFT,
  SECTION_SHIFT = 15,
  SECTION_PAGES = 1 << SECTION_SHIFT,
  MAX_ORDER = 10,
  CACHE_LIMIT = 512,
  CACHE_REFILL = 64,
  CACHE_DRAIN = 128,
  MAX_NODES = 64,
  MAX_TENANTS = 64,
  MAX_SECTIONS = 1024
};

// Word 0 of a frame's record: mappings 16, references 16, tenant 14, flags 12, type 6.
#define FLAG(n) (1UL << (6 + (n)))
#define F_LOCKED FLAG(0)
#define F_HEAD FLAG(1)
#define F_TAIL FLAG(2)
#define F_POISONED FLAG(4)
#define F_FREE FLAG(5)
#define F_CACHED FLAG(6)
#define F_OFFLINE FLAG(11)
#define TENANT_SHIFT 18
#define TENANT_MASK 0x3fffUL
#define REF (1UL << 32)
#define REFS (0xffffUL << 32)
#define MAPPING (1UL << 48)
#define MAPPINGS (0xffffUL << 48)

struct request {
  int reason;
  int intent;
  int initiator;
  int tenant;
  uint64_t explicit_mask;
  uint64_t effective_mask;
  int may_spill;
  int named_node;
  int use_reserve;
  int device;
};

struct worker;

struct worker *worker_new(void);
struct request *worker_request(struct worker *worker);

// Fills a request as AllocRequest.reset does.
void request_reset(struct request *request, int reason, int intent, int initiator, int tenant);

// A frame with one reference, or below 0.
int64_t frame_allocate(struct worker *worker, struct request *request);

// Takes back a frame whose last reference is gone.
void frame_free(struct worker *worker, int64_t pfn);

// Drops a reference; returns how many are left.
int frame_put(int64_t pfn);

void frame_owner(int64_t pfn, uint64_t object, uint64_t index);
void frame_history(int64_t pfn, uint64_t word);
int frame_add_mapping(int64_t pfn);
void frame_drop_mapping(int64_t pfn);
char *frame_address(int64_t pfn);

#if defined(__x86_64__)
#define PAUSE() __builtin_ia32_pause()
#else
#define PAUSE() __asm__ __volatile__("yield")
#endif

// Called from outside; all else is the compiler's to inline.
#define TWIN __attribute__((visibility("default")))

#endif
