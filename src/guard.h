/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

#ifndef NETDMA_GUARD_H
#define NETDMA_GUARD_H

/* How another thread takes a channel away from its owner, at no cost to the owner.
 *
 * The owner says that it is inside a call, then looks whether someone wants the channel.
 * Someone says that he wants it, then looks whether the owner is inside a call. Each
 * must see the other's store: a store and a load that the owner's CPU could reorder. The
 * owner pays only for a compiler barrier, because the other side makes every CPU of the
 * process pass a full barrier (membarrier(2)). Where the kernel refuses that, and under
 * ThreadSanitizer, which does not know it, the owner pays for a fence.
 */

#include "private.h"

/* The owner must fence. Chosen once, at netdma_init(). */
extern bool netdma_guard_fence __attribute__((visibility("hidden")));

void netdma_guard_init(void);

/* `calls` counts what the owner enters and leaves: odd while it is inside. A callback that
 * calls again is inside already, and leaves the count alone.
 */
static inline void
netdma_channel_leave_outer(struct netdma_channel *ch)
{
	counter_add_release(&ch->calls, 1);
}

static inline void
netdma_channel_leave(struct netdma_channel *ch)
{
	if (likely(!ch->in_callback))
		netdma_channel_leave_outer(ch);
}

/* The long way into a call: someone wants the channel, or has it. */
int netdma_channel_enter_contended(struct netdma_channel *ch);

/* The short way into a call that is not made from a callback. @return whether it has led there;
 * otherwise what remains is netdma_channel_enter_contended().
 */
static inline bool
netdma_channel_enter_outer_short(struct netdma_channel *ch)
{
	counter_add(&ch->calls, 1);
	if (unlikely(netdma_guard_fence))
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	else
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return likely(__atomic_load_n(&ch->stopping, __ATOMIC_ACQUIRE) == CHANNEL_RUNS);
}

/* The same for one that may be made from a callback. */
static inline bool
netdma_channel_enter_short(struct netdma_channel *ch)
{
	if (likely(!ch->in_callback))
		return netdma_channel_enter_outer_short(ch);
	return likely(__atomic_load_n(&ch->stopping, __ATOMIC_ACQUIRE) == CHANNEL_RUNS);
}

/* Enter a data-path call; outer: one that is not made from a callback. @return 0; or stay out,
 * netdma_channel_leave() was done: -EAGAIN while another thread has the channel, -ENODEV when it has no
 * provider any more.
 */
static inline int
netdma_channel_enter_outer(struct netdma_channel *ch)
{
	return netdma_channel_enter_outer_short(ch) ? 0 : netdma_channel_enter_contended(ch);
}

static inline int
netdma_channel_enter(struct netdma_channel *ch)
{
	return netdma_channel_enter_short(ch) ? 0 : netdma_channel_enter_contended(ch);
}

/* The same for the only one who can have the channel: its owner when it has no provider, or
 * when he has locked the registry.
 */
static inline void
netdma_channel_enter_any(struct netdma_channel *ch)
{
	counter_add(&ch->calls, 1);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Every thread of the process has passed a full barrier when this returns. */
void netdma_guard_barrier(void);

/* Whether the owner is inside a call; to be asked after netdma_guard_barrier(). */
static inline bool
netdma_guard_in_call(const struct netdma_channel *ch)
{
	return (__atomic_load_n(&ch->calls, __ATOMIC_ACQUIRE) & 1) != 0;
}

/* Wait until the owner has left the call that it is inside of, if it is, at most
 * NETDMA_GUARD_US. It may be in another one by then, which began after
 * netdma_guard_barrier(). @return whether it has.
 */
bool netdma_guard_wait(const struct netdma_channel *ch);
#define NETDMA_GUARD_US 200000

#endif /* NETDMA_GUARD_H */
