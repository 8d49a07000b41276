#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* The same insertion; nodes are changed where they are. */
typedef enum { RED, BLACK } Color;
typedef struct Tree {
  Color color;
  bool value;
  int64_t key;
  struct Tree *left, *right;
} Tree;

static bool is_red(const Tree *t) { return t && t->color == RED; }

/* `t` is black and its left child has just been inserted into. */
static Tree *balance_left(Tree *t) {
  Tree *l = t->left;
  if (is_red(l->left)) {
    t->left = l->right;
    l->right = t;
    l->left->color = BLACK;
    l->color = RED;
    t->color = BLACK;
    return l;
  }
  if (is_red(l->right)) {
    Tree *x = l->right;
    l->right = x->left;
    t->left = x->right;
    x->left = l;
    x->right = t;
    l->color = BLACK;
    t->color = BLACK;
    x->color = RED;
    return x;
  }
  l->color = RED;
  t->color = BLACK;
  return t;
}

static Tree *balance_right(Tree *t) {
  Tree *r = t->right;
  if (is_red(r->left)) {
    Tree *x = r->left;
    t->right = x->left;
    r->left = x->right;
    x->left = t;
    x->right = r;
    t->color = BLACK;
    r->color = BLACK;
    x->color = RED;
    return x;
  }
  if (is_red(r->right)) {
    t->right = r->left;
    r->left = t;
    r->right->color = BLACK;
    r->color = RED;
    t->color = BLACK;
    return r;
  }
  r->color = RED;
  t->color = BLACK;
  return t;
}

static Tree *insert_below(Tree *t, int64_t key, bool value) {
  if (!t) {
    t = malloc(sizeof *t);
    *t = (Tree){RED, value, key, NULL, NULL};
    return t;
  }
  if (key < t->key) {
    bool balance = t->color == BLACK && is_red(t->left);
    t->left = insert_below(t->left, key, value);
    return balance ? balance_left(t) : t;
  }
  if (key > t->key) {
    bool balance = t->color == BLACK && is_red(t->right);
    t->right = insert_below(t->right, key, value);
    return balance ? balance_right(t) : t;
  }
  t->value = value;
  return t;
}

static Tree *insert_key(Tree *t, int64_t key, bool value) {
  t = insert_below(t, key, value);
  t->color = BLACK;
  return t;
}

static int64_t count_true(const Tree *t) {
  return t ? count_true(t->left) + count_true(t->right) + (t->value ? 1 : 0) : 0;
}

static int64_t height(const Tree *t) {
  if (!t) return 0;
  int64_t l = height(t->left), r = height(t->right);
  return 1 + (l > r ? l : r);
}

static void drop(Tree *t) {
  if (!t) return;
  drop(t->left);
  drop(t->right);
  free(t);
}

int main(void) {
  Tree *tree = NULL;
  int64_t key = 42;
  for (int i = 0; i < 200000; i++) {
    key = (key * 3877 + 29573) % 139968;
    tree = insert_key(tree, key, key % 10 == 0);
  }
  printf("%" PRId64 " %" PRId64 "\n", count_true(tree), height(tree));
  drop(tree);
  return 0;
}
