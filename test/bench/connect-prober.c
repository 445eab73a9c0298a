/*
 * The yardstick: connects to N ports of 127.0.0.1 once each per interval, paced
 * in 10 ms ticks, with one epoll loop and nothing else.
 * usage: connect-prober TARGETS FIRST_PORT PORTS INTERVAL_MS SECONDS
 * Target i is 127.0.(i / PORTS).1, port FIRST_PORT + i % PORTS.
 * Prints: probes, failures, CPU microseconds, resident set in kilobytes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void drop(int fd) {
  struct linger reset = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(fd);
}

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  int targets = atoi(argv[1]), first = atoi(argv[2]), ports = atoi(argv[3]);
  double interval = atof(argv[4]), seconds = atof(argv[5]);
  int poll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct itimerspec tick = {{0, 10000000}, {0, 10000000}};
  timerfd_settime(timer, 0, &tick, NULL);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = timer}, ready[256];
  epoll_ctl(poll, EPOLL_CTL_ADD, timer, &event);
  long started = 0, done = 0, failed = 0;
  double begin = now_ms();
  while (now_ms() - begin < seconds * 1000) {
    int count = epoll_wait(poll, ready, 256, -1);
    for (int i = 0; i < count; i++) {
      int fd = ready[i].data.fd;
      if (fd == timer) {
        unsigned long long ticks;
        if (read(timer, &ticks, sizeof ticks) < 0) continue;
        long due = (now_ms() - begin) * targets / interval;
        for (; started < due; started++) {
          int target = started % targets;
          struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(first + target % ports)};
          to.sin_addr.s_addr = htonl(0x7f000001 + ((target / ports) << 8));
          int probe = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
          if (probe < 0 || (connect(probe, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS)) {
            failed++;
            if (probe >= 0) close(probe);
            continue;
          }
          event.events = EPOLLOUT;
          event.data.fd = probe;
          epoll_ctl(poll, EPOLL_CTL_ADD, probe, &event);
        }
      } else {
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error) failed++; else done++;
        drop(fd);
      }
    }
  }
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  printf("{\"probes\":%ld,\"failed\":%ld,\"cpuUs\":%.0f,\"rssKb\":%ld}\n", done, failed, cpu, usage.ru_maxrss);
  return 0;
}
