#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* A leaf is a null pointer, as a variant without payload is an immediate value in Lumen. */
typedef struct Tree { struct Tree *left, *right; } Tree;

static Tree *make(int64_t depth) {
  if (depth == 0) return NULL;
  Tree *t = malloc(sizeof *t);
  t->left = make(depth - 1);
  t->right = make(depth - 1);
  return t;
}

static int64_t check(const Tree *t) { return t ? 1 + check(t->left) + check(t->right) : 1; }

static void drop(Tree *t) {
  if (!t) return;
  drop(t->left);
  drop(t->right);
  free(t);
}

static int64_t make_check_drop(int64_t depth) {
  Tree *t = make(depth);
  int64_t n = check(t);
  drop(t);
  return n;
}

int main(void) {
  const int64_t max_depth = 16, stretch = max_depth + 1;
  printf("stretch tree of depth %" PRId64 ": %" PRId64 "\n", stretch, make_check_drop(stretch));
  Tree *long_lived = make(max_depth);
  for (int64_t depth = 4; depth <= max_depth; depth += 4) {
    int64_t iterations = 1LL << (max_depth - depth + 4), total = 0;
    for (int64_t i = 0; i < iterations; i++) total += make_check_drop(depth);
    printf("%" PRId64 " trees of depth %" PRId64 ": %" PRId64 "\n", iterations, depth, total);
  }
  printf("long-lived tree of depth %" PRId64 ": %" PRId64 "\n", max_depth, check(long_lived));
  drop(long_lived);
  return 0;
}
