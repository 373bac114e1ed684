/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* BAR 0. It is mapped so that each access faults, and the fault is the access: so a doorbell that
 * is rung with the number that stands there already is heard, and a bit can clear itself.
 */

#include <stdio.h>
#include <stdlib.h>

#include "../range.h"
#include "../trap.h"
#include "ioat.h"

/* ------------------------------------------------------------------- registers */

static uint64_t
register_value(const struct function *f, uint32_t offset, unsigned int *size)
{
	*size = 1;
	switch (offset) {
	case REG_CHANCNT: return 1;
	case REG_XFERCAP: return knobs.xfercap;
	case REG_CBVER: return knobs.version;
	case REG_CHANCMD: return f->chancmd;
	}
	*size = 2;
	switch (offset) {
	case REG_CHANCTRL: return f->chanctrl;
	case REG_DMACOUNT: return f->dmacount;
	}
	*size = 4;
	switch (offset) {
	case REG_CHANERR: return f->chanerr;
	case REG_CHANERRMASK: return f->chanerrmask;
	}
	*size = 8;
	switch (offset) {
	case REG_CHANSTS: return f->last | f->state;
	case REG_CHAINADDR: return f->chainaddr;
	case REG_CHANCMP: return f->chancmp;
	}
	return 0;
}

/* Reads of a part of a register, and of several, are put together from bytes; what is no register
 * reads as 0.
 */
uint64_t
bar_read(struct function *f, uint32_t offset, unsigned int size)
{
	uint64_t value = 0, whole;
	unsigned int i, wide;
	uint32_t at, start;

	pthread_mutex_lock(&f->lock);
	f->totals.accesses++;
	for (i = 0; i < size; i++) {
		at = offset + i;
		for (start = at; start + 8 > at; start--) {
			whole = register_value(f, start, &wide);
			if (at - start < wide && (whole != 0 || start == 0)) {
				value |= (whole >> (at - start) * 8 & 0xff) << i * 8;
				break;
			}
			if (start == 0)
				break;
		}
	}
	pthread_mutex_unlock(&f->lock);
	return value;
}

static void
command(struct function *f, uint8_t bits)
{
	if (bits & CMD_RESET) {
		f->chancmd |= CMD_RESET; /* until it is done */
		f->resetting = true;
		f->totals.resets++;
	} else if (bits & CMD_SUSPEND) {
		f->suspending = true;
		f->totals.suspends++;
	}
	engine_obey(f);
}

/* A store is of one register, whole, or of CHAINADDR or CHANCMP by halves. */
void
bar_write(struct function *f, uint32_t offset, unsigned int size, uint64_t value)
{
	pthread_mutex_lock(&f->lock);
	f->totals.accesses++;
	if (size < 8)
		value &= (UINT64_C(1) << size * 8) - 1;
	switch (offset) {
	case REG_CHANCTRL:
		f->chanctrl = (uint16_t)value;
		break;
	case REG_CHANCMD:
		command(f, (uint8_t)value);
		break;
	case REG_DMACOUNT:
		f->dmacount = (uint16_t)value;
		f->totals.doorbells++;
		break;
	case REG_CHAINADDR:
		f->chainaddr = size == 8 ? value : (f->chainaddr >> 32 << 32) | value;
		if (size == 8)
			engine_chain(f);
		break;
	case REG_CHAINADDR + 4:
		f->chainaddr = (f->chainaddr & UINT32_MAX) | value << 32;
		engine_chain(f);
		break;
	case REG_CHANCMP:
		f->chancmp = size == 8 ? value : (f->chancmp >> 32 << 32) | value;
		break;
	case REG_CHANCMP + 4:
		f->chancmp = (f->chancmp & UINT32_MAX) | value << 32;
		break;
	case REG_CHANERR:
		f->chanerr &= ~(uint32_t)value; /* what is written as 1 */
		break;
	case REG_CHANERRMASK:
		f->chanerrmask = (uint32_t)value;
		break;
	}
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->lock);
}

/* -------------------------------------------------------------------- the trap */

/* As the instruction would have changed the register. */
static void
load(greg_t *reg, const struct access *a, uint64_t value)
{
	uint64_t mask;

	if (a->sign && a->size < 8 && value >> (a->size * 8 - 1) != 0)
		value |= UINT64_MAX << a->size * 8;
	switch (a->reg_size) {
	case 8:
		*reg = (greg_t)value;
		break;
	case 4:
		*reg = (greg_t)(value & UINT32_MAX);
		break;
	default:
		mask = (a->reg_size == 2 ? 0xffffu : 0xffu) << (a->high ? 8 : 0);
		*reg = (greg_t)(((uint64_t)*reg & ~mask) | (value << (a->high ? 8 : 0) & mask));
	}
}

static void
not_understood(const uint8_t *code)
{
	unsigned int i;

	fprintf(stderr, "hwmodel: an instruction that accesses a register and is not known:");
	for (i = 0; i < 12; i++)
		fprintf(stderr, " %02x", code[i]);
	fprintf(stderr, "\n");
	abort();
}

static bool
on_trap(siginfo_t *info, ucontext_t *context)
{
	greg_t *gregs = context->uc_mcontext.gregs;
	const uint8_t *code = (const uint8_t *)(uintptr_t)gregs[REG_RIP];
	uint64_t registers[16], address = (uintptr_t)info->si_addr;
	struct access a;
	struct range bar;

	if (info->si_code <= 0)
		return false; /* somebody has sent it */
	bar = range_at(address);
	if (bar.owner == NULL)
		return false;
	trap_registers(context, registers);
	if (!decode_access(code, registers, &a))
		not_understood(code);
	if (a.store)
		bar_write(bar.owner, (uint32_t)(address - bar.start), a.size, a.value);
	else
		load(&gregs[trap_order[a.reg]], &a, bar_read(bar.owner,
				(uint32_t)(address - bar.start), a.size));
	gregs[REG_RIP] += a.length;
	return true;
}

__attribute__((constructor))
static void
install(void)
{
	trap_install(SIGSEGV, on_trap);
}
