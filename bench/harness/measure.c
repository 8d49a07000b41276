/* Runs one command and reports what it cost: `measure SECONDS OUT ERR COMMAND ARGUMENTS…`.

   Writes "status cpu_us wall_us rss_kib" to standard output; the status is the exit code, or minus the signal. A small
   process of its own is needed because a child starts with the peak memory of the process that forked it: measured
   from Python, nothing would be below Python's own 17 MiB. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t child;

static void out_of_time(int number) {
  (void)number;
  kill(child, SIGKILL);
}

static void redirect(int from, const char *path, int flags) {
  int file = open(path, flags, 0644);
  if (file < 0 || dup2(file, from) < 0) _exit(126);
  close(file);
}

static long long micros(struct timeval t) { return t.tv_sec * 1000000LL + t.tv_usec; }

int main(int count, char **arguments) {
  if (count < 5) {
    fputs("measure SECONDS OUT ERR COMMAND ARGUMENTS...\n", stderr);
    return 2;
  }
  struct timespec before, after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  child = fork();
  if (child < 0) return 1;
  if (child == 0) {
    redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
    redirect(STDOUT_FILENO, arguments[2], O_WRONLY | O_CREAT | O_TRUNC);
    redirect(STDERR_FILENO, arguments[3], O_WRONLY | O_CREAT | O_TRUNC);
    execvp(arguments[4], arguments + 4);
    _exit(127);
  }
  signal(SIGALRM, out_of_time);
  alarm((unsigned)atoi(arguments[1]));
  int raw;
  struct rusage usage;
  while (wait4(child, &raw, 0, &usage) < 0) {
  }
  clock_gettime(CLOCK_MONOTONIC, &after);
  long long wall = (after.tv_sec - before.tv_sec) * 1000000LL + (after.tv_nsec - before.tv_nsec) / 1000;
  int status = WIFEXITED(raw) ? WEXITSTATUS(raw) : -WTERMSIG(raw);
  printf("%d %lld %lld %ld\n", status, micros(usage.ru_utime) + micros(usage.ru_stime), wall, usage.ru_maxrss);
  return 0;
}
