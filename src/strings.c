/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* Names of the values that the public headers define. */

#include <rte_common.h>

#include <netdma.h>

static const char *
name_of(const char *const *names, unsigned int n, int value)
{
	if (value < 0 || (unsigned int)value >= n || names[value] == NULL)
		return "?";
	return names[value];
}

const char *
netdma_version(void)
{
	return NETDMA_VERSION;
}

const char *
netdma_status_name(int status)
{
	static const char *const names[] = {
		[NETDMA_COPIED] = "copied",
		[NETDMA_NOT_COPIED] = "not copied",
		[NETDMA_FAILED] = "failed",
		[NETDMA_UNKNOWN] = "unknown",
	};

	return name_of(names, RTE_DIM(names), status);
}

const char *
netdma_error_name(int error)
{
	static const char *const names[] = {
		[NETDMA_ERROR_NONE] = "none",
		[NETDMA_ERROR_CANCELED] = "canceled",
		[NETDMA_ERROR_TIMEOUT] = "timeout",
		[NETDMA_ERROR_NOT_ATTEMPTED] = "not attempted",
		[NETDMA_ERROR_SRC_ADDR] = "source address",
		[NETDMA_ERROR_DST_ADDR] = "destination address",
		[NETDMA_ERROR_ADDR] = "address",
		[NETDMA_ERROR_LENGTH] = "length",
		[NETDMA_ERROR_OPCODE] = "opcode",
		[NETDMA_ERROR_BUS_READ] = "bus read",
		[NETDMA_ERROR_BUS_WRITE] = "bus write",
		[NETDMA_ERROR_BUS] = "bus",
		[NETDMA_ERROR_POISON] = "poisoned data",
		[NETDMA_ERROR_DESC_READ] = "descriptor read",
		[NETDMA_ERROR_LINK] = "link",
		[NETDMA_ERROR_PAGE_FAULT] = "page fault",
		[NETDMA_ERROR_REFUSED] = "refused by the driver",
		[NETDMA_ERROR_ENGINE] = "engine",
		[NETDMA_ERROR_GONE] = "provider gone",
		[NETDMA_ERROR_HALTED] = "halted",
	};

	return name_of(names, RTE_DIM(names), error);
}

const char *
netdma_event_name(int type)
{
	static const char *const names[] = {
		[NETDMA_EVENT_PROVIDER_REGISTERED] = "provider registered",
		[NETDMA_EVENT_PROVIDER_ARRIVAL] = "provider arrival",
		[NETDMA_EVENT_PROVIDER_REMOVAL] = "provider removal",
		[NETDMA_EVENT_CHANNEL_ARRIVAL] = "channel arrival",
		[NETDMA_EVENT_PROVIDER_POWER_DOWN] = "provider power-down",
		[NETDMA_EVENT_PROVIDER_POWER_UP] = "provider power-up",
	};

	return name_of(names, RTE_DIM(names), type);
}

const char *
netdma_provider_state_name(int state)
{
	static const char *const names[] = {
		[NETDMA_PROVIDER_REGISTERED] = "registered",
		[NETDMA_PROVIDER_STARTED] = "started",
		[NETDMA_PROVIDER_STOPPING] = "stopping",
		[NETDMA_PROVIDER_ASLEEP] = "asleep",
		[NETDMA_PROVIDER_QUARANTINED] = "quarantined",
	};

	return name_of(names, RTE_DIM(names), state);
}

const char *
netdma_state_name(int state)
{
	static const char *const names[] = {
		[NETDMA_CHANNEL_ACTIVE] = "active",
		[NETDMA_CHANNEL_IDLE] = "idle",
		[NETDMA_CHANNEL_SUSPENDED] = "suspended",
		[NETDMA_CHANNEL_HALTED] = "halted",
		[NETDMA_CHANNEL_ARMED] = "armed",
		[NETDMA_CHANNEL_DETACHED] = "detached",
	};

	return name_of(names, RTE_DIM(names), state);
}
