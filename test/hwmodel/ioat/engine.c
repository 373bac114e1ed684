/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The channel: it fetches as many descriptors as DMACOUNT says, each from where the one before it
 * points, and tells of each that asks for it. An error halts it.
 *
 * Modelled: copy, null and fill; suspend and reset; halts, with what is written then. Not modelled:
 * interrupts, DCA, XOR and RAID operations, page breaks, a pipeline: one descriptor at a time.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../knob.h"
#include "../thread.h"
#include "ioat.h"

#define CHUNK MEMORY_PAGE
#define ADDRESS_BITS 52

struct ioat_knobs knobs;
struct function functions[IOAT_MAX_FUNCTIONS];
unsigned int nb_functions;

/* ------------------------------------------------------------------- the data */

/* @return 0 or what goes into CHANERR. */
static uint32_t
copy(struct function *f, const struct ioat_desc *d, uint32_t size)
{
	uint8_t buffer[CHUNK];
	uint32_t done = 0, n;

	for (; done != size; done += n) {
		n = CHUNK - (d->src + done) % CHUNK;
		if (n > CHUNK - (d->dst + done) % CHUNK)
			n = CHUNK - (d->dst + done) % CHUNK;
		if (n > size - done)
			n = size - done;
		if (dma_read(f, buffer, d->src + done, n) != n) {
			f->totals.faults++;
			return ERR_READ_DATA;
		}
		if (dma_write(f, d->dst + done, buffer, n) != n) {
			f->totals.faults++;
			return ERR_WRITE_DATA;
		}
		f->totals.bytes += n;
	}
	return 0;
}

static uint32_t
fill(struct function *f, const struct ioat_desc *d, uint32_t size)
{
	uint8_t buffer[CHUNK];
	uint32_t done = 0, n, i;

	for (; done != size; done += n) {
		n = CHUNK - (d->dst + done) % CHUNK;
		if (n > size - done)
			n = size - done;
		for (i = 0; i < n; i++)
			buffer[i] = (uint8_t)(d->src >> (done + i) % 8 * 8);
		if (dma_write(f, d->dst + done, buffer, n) != n) {
			f->totals.faults++;
			return ERR_WRITE_DATA;
		}
		f->totals.bytes += n;
	}
	return 0;
}

static uint32_t
perform(struct function *f, const struct ioat_desc *d)
{
	unsigned int op = d->control >> DESC_OP_SHIFT;
	uint32_t size = d->size, error;
	bool fails;

	f->totals.descriptors++;
	if (d->control & DESC_NULL) {
		f->totals.nulls++;
		return 0;
	}
	if (op != OP_COPY && op != OP_FILL)
		return ERR_DESC;
	if (size == 0 || (uint64_t)size > UINT64_C(1) << knobs.xfercap)
		return ERR_LENGTH;
	if (op == OP_COPY && (d->src == 0 || d->src >> ADDRESS_BITS != 0))
		return ERR_SRC_ADDR;
	if (d->dst == 0 || d->dst >> ADDRESS_BITS != 0)
		return ERR_DST_ADDR;
	*(op == OP_COPY ? &f->totals.copies : &f->totals.fills) += 1;
	fails = ++f->started_ops % knobs.error_every == 0;
	if (f->started_ops % knobs.request_every == 0)
		vfio_request(f);
	if (fails)
		size = knobs.partial ? size / 2 : 0;
	error = op == OP_COPY ? copy(f, d, size) : fill(f, d, size);
	return fails && error == 0 ? ERR_READ_DATA : error;
}

/* ----------------------------------------------------------------- the channel */

void
engine_chain(struct function *f)
{
	if (f->busy || f->stuck) {
		f->chaining = true;
		return;
	}
	if (f->state == STATE_HALTED && f->totals.errors >= knobs.deaf_after)
		return;
	f->next = f->chainaddr;
	f->last = 0;
	f->done = 0;
	f->dmacount = 0;
	f->state = STATE_ARMED;
}

void
engine_obey(struct function *f)
{
	if (f->busy || f->stuck)
		return;
	if (f->resetting) {
		f->resetting = f->suspending = false;
		f->chancmd = 0;
		f->last = 0;
		f->state = STATE_HALTED;
	}
	if (f->suspending) {
		f->suspending = false;
		if (f->state != STATE_HALTED)
			f->state = STATE_SUSPENDED;
	}
	if (f->chaining) {
		f->chaining = false;
		engine_chain(f);
	}
}

void
function_reset(struct function *f)
{
	pthread_mutex_lock(&f->lock);
	f->chanctrl = f->dmacount = 0;
	f->chancmd = 0;
	f->chainaddr = f->chancmp = f->last = 0;
	f->chanerr = f->chanerrmask = 0;
	f->state = STATE_HALTED;
	f->suspending = f->resetting = f->chaining = false;
	f->done = 0;
	pthread_mutex_unlock(&f->lock);
}

static void
halt(struct function *f, uint32_t error)
{
	f->chanerr |= error;
	f->state = STATE_HALTED;
	f->totals.errors++;
	if (f->chanctrl & CTRL_ERR_COMPLETION)
		dma_write64(f, f->chancmp, f->last | STATE_HALTED);
}

/* A function that does not answer never does again. */
static bool
is_stuck(struct function *f)
{
	uint64_t number = (uint64_t)(f - functions);

	if (!f->stuck && (knobs.stuck_on == UINT64_MAX || knobs.stuck_on == number) &&
			(f->started_ops >= knobs.stuck_after || (knobs.stuck_file != NULL &&
				access(knobs.stuck_file, F_OK) == 0)))
		f->stuck = true;
	return f->stuck;
}

/* One descriptor. Under the lock, which is given up while it runs. */
static void
step(struct function *f)
{
	uint64_t at = f->next;
	struct ioat_desc d;
	uint32_t error;

	f->state = STATE_ACTIVE;
	f->busy = true;
	pthread_mutex_unlock(&f->lock);
	if (knobs.delay_us != 0)
		usleep((useconds_t)knobs.delay_us);
	if (at % sizeof(d) != 0)
		error = ERR_NEXT_ADDR;
	else if (dma_read(f, &d, at, sizeof(d)) != sizeof(d))
		error = ERR_NEXT_ADDR;
	else
		error = perform(f, &d);
	pthread_mutex_lock(&f->lock);
	f->busy = false;
	if (f->resetting) {
		engine_obey(f);
		return;
	}
	if (error != 0) {
		halt(f, error);
		engine_obey(f);
		return;
	}
	f->next = d.next;
	f->last = at;
	f->done++;
	f->state = f->done == f->dmacount ? STATE_IDLE : STATE_ACTIVE;
	if ((d.control & DESC_COMPLETION_UPDATE) && !dma_write64(f, f->chancmp, at | f->state))
		halt(f, ERR_COMPLETION);
	engine_obey(f);
}

static bool
has_work(const struct function *f)
{
	return f->done != f->dmacount && (f->state == STATE_ARMED || f->state == STATE_IDLE ||
			f->state == STATE_ACTIVE);
}

static void *
engine_thread(void *arg)
{
	struct function *f = arg;

	pthread_mutex_lock(&f->lock);
	for (;;) {
		if (is_stuck(f)) {
			pthread_cond_wait(&f->changed, &f->lock);
		} else if (!has_work(f)) {
			pthread_cond_wait(&f->changed, &f->lock);
		} else if (f->state == STATE_ARMED && knobs.start_us != 0) {
			f->state = STATE_ACTIVE;
			f->busy = true;
			pthread_mutex_unlock(&f->lock);
			usleep((useconds_t)knobs.start_us);
			pthread_mutex_lock(&f->lock);
			f->busy = false;
			engine_obey(f);
		} else {
			step(f);
		}
	}
	return NULL;
}

void
engine_start(struct function *f)
{
	pthread_mutex_lock(&f->lock);
	if (!f->started)
		engine_thread_start(engine_thread, f);
	f->started = true;
	pthread_mutex_unlock(&f->lock);
}

__attribute__((constructor))
static void
make(void)
{
	unsigned int i;

	nb_functions = (unsigned int)knob("HWMODEL_IOAT", 0, 0, IOAT_MAX_FUNCTIONS);
	knobs = (struct ioat_knobs){
		.error_every = knob("HWMODEL_IOAT_ERROR_EVERY", UINT64_MAX, 1, UINT64_MAX),
		.partial = knob("HWMODEL_IOAT_PARTIAL", 0, 0, 1),
		.delay_us = knob("HWMODEL_IOAT_DELAY_US", 0, 0, 10000000),
		.start_us = knob("HWMODEL_IOAT_START_US", 0, 0, 10000000),
		.stuck_after = knob("HWMODEL_IOAT_STUCK_AFTER", UINT64_MAX, 0, UINT64_MAX),
		.stuck_on = knob("HWMODEL_IOAT_STUCK_ON", UINT64_MAX, 0, IOAT_MAX_FUNCTIONS - 1),
		.deaf_after = knob("HWMODEL_IOAT_DEAF_AFTER", UINT64_MAX, 0, UINT64_MAX),
		.request_every = knob("HWMODEL_IOAT_REQUEST_EVERY", UINT64_MAX, 1, UINT64_MAX),
		.version = knob("HWMODEL_IOAT_VERSION", 0x34, 0x30, 0x3f),
		.xfercap = knob("HWMODEL_IOAT_XFERCAP", 20, 12, 32),
		.stuck_file = getenv("HWMODEL_IOAT_STUCK_FILE"),
	};
	for (i = 0; i < nb_functions; i++) {
		struct function *f = &functions[i];

		snprintf(f->name, sizeof(f->name), "0000:00:04.%u", i);
		pthread_mutex_init(&f->lock, NULL);
		pthread_cond_init(&f->changed, NULL);
		f->state = STATE_HALTED;
	}
}

__attribute__((destructor))
static void
tell(void)
{
	unsigned int i;

	for (i = 0; i < nb_functions; i++) {
		const struct function *f = &functions[i];

		if (f->started)
			totals_tell("name=%s doorbells=%" PRIu64 " descriptors=%" PRIu64 " copies=%"
					PRIu64 " fills=%" PRIu64 " nulls=%" PRIu64 " bytes=%" PRIu64
					" errors=%" PRIu64 " faults=%" PRIu64 " resets=%" PRIu64
					" suspends=%" PRIu64 " accesses=%" PRIu64, f->name,
					f->totals.doorbells, f->totals.descriptors,
					f->totals.copies, f->totals.fills, f->totals.nulls,
					f->totals.bytes, f->totals.errors, f->totals.faults,
					f->totals.resets, f->totals.suspends, f->totals.accesses);
	}
}
