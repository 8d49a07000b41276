#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define MODULUS 65537

/* Trees have one owner, so folding changes nodes where they are and frees what it removes. */
typedef enum { NUM, VAR, ADD, MUL } Tag;
typedef struct Expr {
  Tag tag;
  union {
    int64_t value;
    struct { struct Expr *left, *right; };
  };
} Expr;

static Expr *leaf(Tag tag, int64_t value) {
  Expr *e = malloc(sizeof *e);
  e->tag = tag;
  e->value = value;
  return e;
}

static Expr *node(Tag tag, Expr *left, Expr *right) {
  Expr *e = malloc(sizeof *e);
  e->tag = tag;
  e->left = left;
  e->right = right;
  return e;
}

static void drop(Expr *e) {
  if (e->tag >= ADD) {
    drop(e->left);
    drop(e->right);
  }
  free(e);
}

static Expr *grow(int64_t depth, int64_t seed) {
  int64_t r = (seed * 3877 + 29573) % 139968;
  if (depth == 0) return r % 8 == 0 ? leaf(VAR, r % 5) : leaf(NUM, r % 100);
  Expr *left = grow(depth - 1, r);
  if (r % 3 == 0) return node(MUL, left, grow(depth - 1, (r + 4711) % 139968));
  return node(ADD, left, grow(depth - 1, (r + 1234) % 139968));
}

static int is_num(const Expr *e, int64_t value) { return e->tag == NUM && e->value == value; }

static int64_t apply(Tag tag, int64_t a, int64_t b) { return (tag == ADD ? a + b : a * b) % MODULUS; }

/* `e` is a sum or a product whose operands are folded. */
static Expr *fold_node(Expr *e) {
  Tag tag = e->tag;
  Expr *f = e->left, *g = e->right;
  int64_t unit = tag == ADD ? 0 : 1;
  if (f->tag == NUM && g->tag == NUM) {
    f->value = apply(tag, f->value, g->value);
    free(g);
    free(e);
    return f;
  }
  if (tag == MUL && is_num(f, 0)) {
    drop(g);
    free(e);
    return f;
  }
  if (tag == MUL && is_num(g, 0)) {
    drop(f);
    free(e);
    return g;
  }
  if (is_num(f, unit)) {
    free(f);
    free(e);
    return g;
  }
  if (is_num(g, unit)) {
    free(g);
    free(e);
    return f;
  }
  if (g->tag == NUM) {
    e->left = g;
    e->right = f;
    return e;
  }
  if (g->tag == tag && g->left->tag == NUM) {
    Expr *n = g->left;
    if (f->tag == NUM) {
      f->value = apply(tag, f->value, n->value);
      e->right = g->right;
      free(n);
      free(g);
      return e;
    }
    e->left = n;
    g->left = f;
    return e;
  }
  if (f->tag == tag && f->left->tag == NUM) {
    e->left = f->left;
    f->left = f->right;
    f->right = g;
    e->right = f;
    return e;
  }
  return e;
}

static Expr *fold_constants(Expr *e) {
  if (e->tag < ADD) return e;
  e->left = fold_constants(e->left);
  e->right = fold_constants(e->right);
  return fold_node(e);
}

static int64_t evaluate(const Expr *e) {
  if (e->tag == NUM) return e->value;
  if (e->tag == VAR) return e->value * 7 + 3;
  int64_t a = evaluate(e->left);
  return apply(e->tag, a, evaluate(e->right));
}

static int64_t node_count(const Expr *e) {
  return e->tag < ADD ? 1 : 1 + node_count(e->left) + node_count(e->right);
}

int main(void) {
  for (int64_t seed = 1; seed <= 10; seed++) {
    Expr *e = grow(14, seed);
    int64_t before = node_count(e), expected = evaluate(e), size = before + 1;
    while (node_count(e) < size) {
      size = node_count(e);
      e = fold_constants(e);
    }
    printf("%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", before, node_count(e), expected, evaluate(e));
    drop(e);
  }
  return 0;
}
