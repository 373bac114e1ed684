/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The data path over vchan 0 of a dmadev.
 *
 * A descriptor is usually one operation of the dmadev. Page breaks and long copies make it
 * several, null transfers and context changes none; as long as none of these is in flight,
 * operations that finish are descriptors that complete, and nothing is walked.
 *
 * dmadev drivers leave a lot to their user. After an error nothing more finishes until the
 * statuses have been read. The burst capacity is the only limit that they tell, and some
 * lose what goes beyond it. The fence flag holds at most within one doorbell: behind a
 * descriptor that serializes, what follows is held back here.
 */

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_malloc.h>

#include "dmadev.h"

/* Those with which the core wants to look at a descriptor. */
#define FLAGS_SPECIAL (NETDMA_DESC_NOT_PLAIN | NETDMA_DESC_INTERRUPT_ON_COMPLETION)

/* Times that an engine that works never needs. */
#define STOP_TIME (rte_get_timer_hz() / 10)
#define PRIME_TIME   rte_get_timer_hz()
/* An engine that fails so often does not work. */
#define PRIME_TRIES 8

struct channel {
	struct netdma_list *list;
	int16_t dev_id;
	uint32_t depth;         /* operations in flight at most */
	uint32_t max_op;        /* bytes of an operation */
	bool hold;              /* give nothing before all that was given has finished */
	bool doorbell;          /* to be rung again: the driver refused it */
	bool stopped;           /* by quiesce */
	uint32_t irregular;     /* descriptors in flight that are not one operation */
	bool forgotten;         /* the driver has lost completions */
	uint16_t next;          /* the driver's index of the next operation */
	uint64_t enqueued;      /* operations */
	uint64_t finished;

	/* The last descriptor given, if not all its operations are enqueued yet. */
	struct netdma_desc *begun;
	uint32_t begun_ops;     /* those that are */
	/* The first in flight: how many of its operations have finished, and how. */
	uint32_t ops_finished;
	struct netdma_outcome outcome;
	/* One that the driver refused to take further, and how many operations it has. */
	const struct netdma_desc *refused;
	uint32_t refused_ops;

	struct dmadev *dev;
	enum rte_dma_status_code code[];
};

/* -------------------------------------------------- operations of a descriptor */

static uint32_t
ops_of(const struct channel *c, const struct netdma_desc *d)
{
	struct netdma_piece piece[NETDMA_MAX_PIECES];
	unsigned int i, n;
	uint32_t ops = 0;

	if (d == c->refused)
		return c->refused_ops;
	n = netdma_desc_pieces(d, piece);
	for (i = 0; i < n; i++)
		ops += (piece[i].length - 1) / c->max_op + 1;
	return ops;
}

/* The k-th operation of a descriptor. */
static struct netdma_piece
op_at(const struct channel *c, const struct netdma_desc *d, uint32_t k)
{
	struct netdma_piece piece[NETDMA_MAX_PIECES], op;
	unsigned int i;
	uint32_t ops;

	netdma_desc_pieces(d, piece);
	for (i = 0; k >= (ops = (piece[i].length - 1) / c->max_op + 1); i++)
		k -= ops;
	op.src = piece[i].src + (uint64_t)k * c->max_op;
	op.dst = piece[i].dst + (uint64_t)k * c->max_op;
	op.length = RTE_MIN(piece[i].length - k * c->max_op, c->max_op);
	return op;
}

/* ------------------------------------------------------------------ finishing */

/* Descriptor by descriptor, since not each is one operation, or not each was copied. */
static void __rte_noinline
advance_by_ops(struct channel *c, uint32_t n, const enum rte_dma_status_code *code)
{
	struct netdma_list *l = c->list;
	struct netdma_desc *d;
	uint32_t ops;

	while (l->completed != l->given) {
		d = netdma_list_first_given(l);
		ops = ops_of(c, d);
		for (; n > 0 && c->ops_finished < ops; n--, c->ops_finished++) {
			enum rte_dma_status_code now =
					code != NULL ? *code++ : RTE_DMA_STATUS_SUCCESSFUL;

			netdma_outcome_add(&c->outcome, dmadev_status_of(now), dmadev_error_of(now));
		}
		if (c->ops_finished < ops)
			return;
		if (d != c->refused && c->outcome.status != NETDMA_COPIED)
			netdma_desc_set_status(d, (enum netdma_status)c->outcome.status,
					(enum netdma_error)c->outcome.error);
		c->irregular -= d == c->refused || ops != 1;
		if (d == c->refused)
			c->refused = NULL;
		c->ops_finished = 0;
		c->outcome = (struct netdma_outcome){ 0 };
		netdma_list_complete_checked(l, d);
	}
}

/* Operations have finished; with codes, or all of them successfully. Complete descriptors
 * as far as that goes, those of no operation included.
 */
static inline void
advance(struct channel *c, uint32_t n, const enum rte_dma_status_code *code)
{
	c->finished += n;
	if (likely(c->irregular == 0 && code == NULL))
		netdma_list_complete(c->list, n);
	else
		advance_by_ops(c, n, code);
}

static uint64_t
in_flight(const struct channel *c)
{
	return c->enqueued - c->finished;
}

/* What has finished, with a status each: never more than is outstanding, whatever the driver
 * says, and always all that there is, because some drivers lose statuses otherwise.
 * @return how many.
 */
static uint16_t
reap_statuses(struct channel *c, bool *error)
{
	uint64_t left = in_flight(c);
	uint16_t i, n = rte_dma_completed_status(c->dev_id, 0, (uint16_t)RTE_MIN(left, c->depth),
			NULL, c->code);

	n = (uint16_t)RTE_MIN(n, left);
	for (i = 0; i < n && c->code[i] == RTE_DMA_STATUS_SUCCESSFUL; i++)
		;
	*error = i != n;
	if (n != 0)
		advance(c, n, *error ? c->code : NULL);
	return n;
}

/* The driver has nothing to tell. A ring has one slot less than descriptors: if it says that more
 * are free than can be, it has dropped completions.
 */
static void
look_forgotten(struct channel *c)
{
	if (c->dev->engine->forgets &&
			rte_dma_burst_capacity(c->dev_id, 0) > c->depth - 1 - in_flight(c))
		c->forgotten = true;
}

/* @return whether there was an error, after which the driver has made the engine go on. */
static bool
reap(struct channel *c)
{
	bool statuses_only = c->dev->engine->statuses_only, error, met = false;
	uint64_t left;
	uint16_t n;

	while ((left = in_flight(c)) != 0) {
		if (!statuses_only) {
			n = rte_dma_completed(c->dev_id, 0, (uint16_t)RTE_MIN(left, c->depth),
					NULL, &error);
			n = (uint16_t)RTE_MIN(n, left);
			if (n != 0)
				advance(c, n, NULL);
			if (likely(!error) || n == left)
				break;
			/* Until the statuses are read the engine stands still. */
		}
		n = reap_statuses(c, &error);
		if (n == 0)
			look_forgotten(c);
		if (n == 0 || (statuses_only && !error))
			break;
		met |= error;
	}
	return met;
}

/* --------------------------------------------------------------------- giving */

static inline int
enqueue(struct channel *c, const struct netdma_desc *d, uint64_t src, uint64_t dst,
		uint32_t length)
{
	uint64_t flags = d->flags & NETDMA_DESC_DESTINATION_DCA_ENABLE ? RTE_DMA_OP_FLAG_LLC : 0;
	int ret = rte_dma_copy(c->dev_id, 0, src, dst, length, flags);

	if (likely(ret >= 0)) {
		c->enqueued++;
		c->next = (uint16_t)(ret + 1);
	}
	return ret;
}

/* The driver does not take an operation of the last descriptor given, although there was
 * room. What it has of it finishes, and then the descriptor has failed.
 */
static void
refuse(struct channel *c, struct netdma_desc *d, uint32_t ops)
{
	c->refused = d;
	c->refused_ops = ops;
	c->begun = NULL;
	c->hold = true; /* one of these at a time */
	netdma_desc_set_status(d, ops == 0 ? NETDMA_NOT_COPIED : NETDMA_FAILED,
			NETDMA_ERROR_REFUSED);
}

/* The mark moves over a descriptor that the driver has. */
static void
given(struct channel *c, const struct netdma_desc *d)
{
	struct netdma_list *l = c->list;

	netdma_list_give(l);
	l->bytes += d->length;
	if (d->flags & FLAGS_SPECIAL)
		l->special = RTE_MAX(l->special, l->given);
}

/* Enqueue what is missing of a descriptor that has begun. @return whether that is all. */
static bool
go_on(struct channel *c, uint32_t *room)
{
	struct netdma_desc *d = c->begun;
	uint32_t ops = ops_of(c, d);
	struct netdma_piece op;
	int ret;

	for (; c->begun_ops < ops; c->begun_ops++, --*room) {
		if (*room == 0)
			return false;
		op = op_at(c, d, c->begun_ops);
		ret = enqueue(c, d, op.src, op.dst, op.length);
		if (ret == -ENOSPC)
			return false;
		if (ret < 0) {
			c->irregular += ops == 1;
			refuse(c, d, c->begun_ops);
			return true;
		}
	}
	c->begun = NULL;
	if (d->flags & NETDMA_DESC_SERIALIZE_TRANSFER)
		c->hold = true;
	return true;
}

/* Give a descriptor that is not one plain copy: as far as there is room, but something of
 * it. @return whether to go on with the next one.
 */
static bool
give_other(struct channel *c, struct netdma_desc *d, uint32_t *room)
{
	uint32_t ops = ops_of(c, d);
	uint64_t enqueued = c->enqueued;
	bool whole;

	if (ops != 0 && *room == 0)
		return false;
	c->begun = d;
	c->begun_ops = 0;
	whole = go_on(c, room);
	if (!whole && c->enqueued == enqueued) {
		c->begun = NULL; /* the driver had no room after all */
		return false;
	}
	c->irregular += ops != 1;
	given(c, d);
	return whole;
}

static uint32_t
room_left(const struct channel *c)
{
	uint32_t room;

	if (in_flight(c) >= c->depth)
		return 0;
	room = RTE_MIN(c->depth - (uint32_t)in_flight(c),
			(uint32_t)rte_dma_burst_capacity(c->dev_id, 0));
	if (c->dev->engine->no_wrap)
		room = RTE_MIN(room, c->depth - (c->next & (c->depth - 1)));
	return room;
}

/* Whether the next descriptor must wait for those before it. */
static bool
held_back(struct channel *c)
{
	if (c->finished != c->enqueued)
		return true;
	if (c->irregular != 0)
		advance(c, 0, NULL);
	c->hold = !netdma_list_is_settled(c->list);
	return c->hold;
}

/* Copies that are nothing special, as many as follow each other and the driver takes. @return how
 * many.
 */
static __rte_always_inline uint32_t
give_plain(struct channel *c, uint32_t most, bool hints)
{
	struct netdma_list *l = c->list;
	struct netdma_desc *d = l->give;
	const int16_t id = c->dev_id;
	const uint32_t max_op = c->max_op;
	uint32_t left = most;
	uint64_t bytes = 0, op_flags = 0;
	int last = 0, ret;

	do {
		uint32_t flags = d->flags, length = d->length;

		if (unlikely((flags & FLAGS_SPECIAL) != 0 || length > max_op))
			break;
		bytes += length;
		if (hints)
			op_flags = flags & NETDMA_DESC_DESTINATION_DCA_ENABLE ?
					RTE_DMA_OP_FLAG_LLC : 0;
		ret = rte_dma_copy(id, 0, d->src, d->dst, length, op_flags);
		if (unlikely(ret < 0)) {
			bytes -= d->length;
			break;
		}
		last = ret;
		d = d->next;
	} while (--left != 0);
	if (unlikely(left == most))
		return 0;
	c->enqueued += most - left;
	c->next = (uint16_t)(last + 1);
	l->give = d;
	l->given += most - left;
	l->bytes += bytes;
	return most - left;
}

static uint32_t __rte_noinline
give_hinted(struct channel *c, uint32_t most)
{
	return give_plain(c, most, true);
}

/* A CPU that copies does not obey the hint. */
static uint32_t __rte_noinline
give_bare(struct channel *c, uint32_t most)
{
	return give_plain(c, most, false);
}

/* What is not plain, or behind such. */
static void __rte_noinline
give_rest(struct channel *c, uint32_t room)
{
	struct netdma_list *l = c->list;
	bool more = c->begun == NULL || go_on(c, &room);
	int ret;

	while (more && l->given != l->allowed) {
		struct netdma_desc *d = l->give;

		if (unlikely(c->hold) && held_back(c))
			break;
		if (unlikely((d->flags & NETDMA_DESC_NOT_PLAIN) != 0 || d->length > c->max_op)) {
			more = give_other(c, d, &room);
			continue;
		}
		if (room == 0)
			break;
		ret = enqueue(c, d, d->src, d->dst, d->length);
		if (unlikely(ret == -ENOSPC))
			break;
		given(c, d);
		room--;
		if (unlikely(ret < 0)) {
			c->irregular++;
			refuse(c, d, 0);
		}
	}
}

/* Give as much as there is room for. @return whether there may be room for more, once the
 * doorbell has been rung: burst capacity is what fits before a doorbell.
 */
static bool
give_burst(struct channel *c)
{
	struct netdma_list *l = c->list;
	uint32_t room = room_left(c), most = (uint32_t)RTE_MIN(room, l->allowed - l->given);
	uint64_t enqueued = c->enqueued;

	if (likely(c->begun == NULL && !c->hold && most != 0))
		room -= c->dev->engine->software ? give_bare(c, most) : give_hinted(c, most);
	if (unlikely(l->given != l->allowed || c->begun != NULL))
		give_rest(c, room);
	if (c->enqueued != enqueued || unlikely(c->doorbell))
		c->doorbell = rte_dma_submit(c->dev_id, 0) != 0;
	return c->enqueued != enqueued;
}

/* All that there is room for. */
static int __rte_noinline
give(struct channel *c)
{
	if (unlikely(c->forgotten))
		return -EIO;
	while ((c->list->given != c->list->allowed || c->begun != NULL || c->doorbell) &&
			give_burst(c))
		;
	/* Those of no operation complete when all before them have. */
	if (unlikely(c->irregular != 0))
		advance(c, 0, NULL);
	return 0;
}

int
dmadev_channel_poll(void *channel)
{
	struct channel *c = channel;
	const struct netdma_list *l = c->list;

	reap(c);
	if (likely(l->given == l->allowed && c->begun == NULL && c->irregular == 0 &&
			!c->doorbell && !c->forgotten))
		return 0;
	return give(c);
}

/* What has finished is left for a poll, unless that makes room. */
int
dmadev_channel_append(void *channel)
{
	struct channel *c = channel;
	int ret = give(c);

	return unlikely(ret == 0 && c->list->given != c->list->allowed) ? dmadev_channel_poll(c) :
			ret;
}

/* ------------------------------------------------------------ stop and go on */

/* A driver looks a number of times whether the engine has stopped, and then gives up: in a long
 * copy an engine needs longer.
 */
static bool
stops(const struct channel *c)
{
	uint64_t start = rte_get_timer_cycles();

	while (rte_dma_stop(c->dev_id) != 0)
		if (rte_get_timer_cycles() - start >= STOP_TIME)
			return false;
	return true;
}

/* It was stopped, or halted by an error, and then a driver that met that error made it go on with
 * what it had. @return whether it has finished that.
 */
static bool
runs_out(struct channel *c)
{
	uint64_t start = rte_get_timer_cycles();

	while (in_flight(c) != 0 && rte_get_timer_cycles() - start < STOP_TIME)
		reap(c);
	return in_flight(c) == 0;
}

/* Stop the device. What has finished by then is told; of the rest, which it forgets, the first
 * may have been copied in part.
 */
int
dmadev_channel_quiesce(void *channel)
{
	struct channel *c = channel;
	struct netdma_list *l = c->list;
	bool partly;

	if (!c->dev->engine->stops)
		return -ENOTSUP;
	if (!stops(c) || (!c->forgotten && reap(c) && !runs_out(c)))
		return -EIO;
	if (c->irregular != 0)
		advance(c, 0, NULL);
	if (c->ops_finished != 0) {
		struct netdma_desc *d = netdma_list_first_given(l);

		netdma_desc_set_status(d, NETDMA_FAILED, NETDMA_ERROR_TIMEOUT);
		netdma_list_complete_checked(l, d);
	}
	partly = c->dev->engine->partly && in_flight(c) != 0;
	c->stopped = true;
	c->forgotten = false;
	c->next = 0;
	c->hold = false;
	c->doorbell = false;
	c->irregular = 0;
	c->enqueued = 0;
	c->finished = 0;
	c->begun = NULL;
	c->refused = NULL;
	c->ops_finished = 0;
	c->outcome = (struct netdma_outcome){ 0 };
	return partly ? NETDMA_QUIET_UNKNOWN : NETDMA_QUIET_UNTOUCHED;
}

int
dmadev_channel_start(void *channel)
{
	struct channel *c = channel;

	if (c->stopped && rte_dma_start(c->dev_id) != 0)
		return -EIO;
	c->stopped = false;
	return dmadev_channel_poll(c);
}

/* ----------------------------------------------------------- the control path */

/* The first copy. Where it fails, the driver may tell of more than the one, and of successes.
 * @return 0; -EAGAIN: it has failed; -ETIMEDOUT: it may end at any time, and so the device is not
 * set up again, and keeps the memory.
 */
static int
prime(struct dmadev *dev, int16_t id)
{
	enum rte_dma_status_code code = RTE_DMA_STATUS_ERROR_UNKNOWN;
	struct rte_dma_info info;
	uint8_t *m = rte_zmalloc("netdma dmadev", 2 * RTE_CACHE_LINE_SIZE, RTE_CACHE_LINE_SIZE);
	uint64_t start = rte_get_timer_cycles();
	rte_iova_t from;

	if (m == NULL || rte_dma_info_get(id, &info) != 0 || rte_dma_burst_capacity(id, 0) == 0) {
		rte_free(m);
		return -ENOMEM;
	}
	from = info.dev_capa & RTE_DMA_CAPA_SVA ? (uintptr_t)m : rte_malloc_virt2iova(m);
	rte_dma_copy(id, 0, from, from + RTE_CACHE_LINE_SIZE, RTE_CACHE_LINE_SIZE,
			RTE_DMA_OP_FLAG_SUBMIT);
	while (rte_get_timer_cycles() - start < PRIME_TIME) {
		if (rte_dma_completed_status(id, 0, 1, NULL, &code) != 0) {
			rte_free(m);
			return code == RTE_DMA_STATUS_SUCCESSFUL &&
				rte_dma_completed_status(id, 0, 1, NULL, &code) == 0 ?
				0 : -EAGAIN;
		}
		rte_delay_us_sleep(1);
	}
	dev->dead = true;
	return -ETIMEDOUT;
}

static int
device_set_up(struct dmadev *dev, int16_t id, uint16_t nb_desc)
{
	const struct rte_dma_conf dev_conf = { .nb_vchans = 1 };
	const struct rte_dma_vchan_conf vchan_conf = {
		.direction = RTE_DMA_DIR_MEM_TO_MEM,
		.nb_desc = nb_desc,
	};
	int ret;

	ret = rte_dma_configure(id, &dev_conf);
	if (ret == 0) {
		dev->configured = true;
		ret = rte_dma_vchan_setup(id, 0, &vchan_conf);
	}
	if (ret == 0)
		ret = rte_dma_start(id);
	if (ret == 0 && dev->engine->primed)
		ret = prime(dev, id);
	if (ret == -EAGAIN)
		rte_dma_stop(id);
	return ret;
}

/* Configure and start the device for its one channel. */
static int
device_start(struct dmadev *dev, int16_t id, uint16_t nb_desc)
{
	unsigned int i;
	int ret = -EAGAIN;

	for (i = 0; i < PRIME_TRIES && ret == -EAGAIN; i++)
		ret = device_set_up(dev, id, nb_desc);
	if (ret != 0)
		DMADEV_LOG(ERR, "%s cannot be set up with %u descriptors: %d", dev->name, nb_desc,
				ret);
	return ret;
}

/* A power of two that the device takes, near what was asked for; if it takes none, its most. */
static uint32_t
clamp_desc(const struct rte_dma_info *info, uint32_t wanted)
{
	uint32_t n = rte_align32pow2(RTE_MAX(wanted, (uint32_t)info->min_desc));

	if (n > info->max_desc)
		n = rte_align32prevpow2(info->max_desc);
	return n >= info->min_desc ? n : info->max_desc;
}

void *
dmadev_channel_alloc(void *provider, const struct netdma_channel_params *params,
		struct netdma_channel_grant *grant)
{
	struct dmadev *dev = provider;
	struct rte_dma_info info;
	struct channel *c;
	uint32_t nb_desc;
	int id, ret;

	id = rte_dma_get_dev_id_by_name(dev->name);
	if (id < 0 || rte_dma_info_get((int16_t)id, &info) != 0) {
		rte_errno = ENODEV;
		return NULL;
	}
	if (info.nb_vchans != 0 && !dev->configured) {
		DMADEV_LOG(ERR, "%s was configured by someone else: it is left alone", dev->name);
		rte_errno = EBUSY;
		return NULL;
	}
	if (dev->dead) {
		DMADEV_LOG(ERR, "%s has not answered before: it is left alone", dev->name);
		rte_errno = EIO;
		return NULL;
	}
	nb_desc = clamp_desc(&info, params->nb_desc);
	c = rte_zmalloc_socket("netdma dmadev", sizeof(*c) + nb_desc * sizeof(c->code[0]),
			RTE_CACHE_LINE_SIZE, params->socket);
	if (c == NULL) {
		rte_errno = ENOMEM;
		return NULL;
	}
	ret = device_start(dev, (int16_t)id, (uint16_t)nb_desc);
	if (ret != 0) {
		rte_free(c);
		rte_errno = ret == -EBUSY ? EBUSY : EIO;
		return NULL;
	}
	c->list = params->list;
	c->dev_id = (int16_t)id;
	c->dev = dev;
	c->depth = nb_desc;
	c->max_op = dev->max_op;
	c->next = dev->engine->primed ? 1 : 0;
	grant->engine_desc = nb_desc;
	grant->vouches = true;
	return c;
}

void
dmadev_channel_free(void *channel)
{
	struct channel *c = channel;

	/* Nothing is outstanding, so nothing can be lost by this; but a device that was taken
	 * away has left its id to another one.
	 */
	if (rte_dma_get_dev_id_by_name(c->dev->name) != c->dev_id)
		DMADEV_LOG(ERR, "%s was removed while it had a channel", c->dev->name);
	else if (!c->stopped && rte_dma_stop(c->dev_id) != 0)
		DMADEV_LOG(ERR, "%s does not stop", c->dev->name);
	rte_free(c);
}
