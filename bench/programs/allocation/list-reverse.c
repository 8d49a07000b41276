#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Chain { int64_t head; struct Chain *rest; } Chain;

static Chain *build(int64_t n) {
  Chain *chain = NULL;
  for (int64_t i = 0; i < n; i++) {
    Chain *link = malloc(sizeof *link);
    link->head = i % 1000;
    link->rest = chain;
    chain = link;
  }
  return chain;
}

static Chain *reverse_onto(Chain *chain, Chain *done) {
  while (chain) {
    Chain *rest = chain->rest;
    chain->rest = done;
    done = chain;
    chain = rest;
  }
  return done;
}

static Chain *add_onto(Chain *chain, int64_t amount, Chain *done) {
  while (chain) {
    Chain *rest = chain->rest;
    chain->head += amount;
    chain->rest = done;
    done = chain;
    chain = rest;
  }
  return done;
}

static int64_t total_of(const Chain *chain) {
  int64_t total = 0;
  for (; chain; chain = chain->rest) total += chain->head;
  return total;
}

static void drop(Chain *chain) {
  while (chain) {
    Chain *rest = chain->rest;
    free(chain);
    chain = rest;
  }
}

int main(void) {
  int64_t total = 0;
  for (int64_t round = 0; round < 40; round++) {
    Chain *chain = build(40000);
    for (int i = 0; i < 5; i++) {
      chain = reverse_onto(chain, NULL);
      chain = add_onto(chain, round, NULL);
    }
    total += total_of(chain);
    drop(chain);
  }
  printf("%" PRId64 "\n", total);
  return 0;
}
