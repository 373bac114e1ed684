/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* What compilers make of an access to a volatile register: mov to and from a register, mov of a
 * constant, and loads that extend. The address is not needed: the fault tells it.
 */

#include <string.h>

#include "ioat.h"

#define REX_W 0x8
#define REX_R 0x4

/* Bytes of ModRM, SIB and displacement; 0: the operand is no memory. */
static unsigned int
operand_length(const uint8_t *modrm)
{
	uint8_t mod = modrm[0] >> 6, rm = modrm[0] & 7;
	unsigned int n = 1;

	if (mod == 3)
		return 0;
	if (rm == 4) {
		n++;
		if (mod == 0 && (modrm[1] & 7) == 5)
			n += 4;
	} else if (rm == 5 && mod == 0) {
		n += 4;
	}
	return n + (mod == 1 ? 1 : mod == 2 ? 4 : 0);
}

static int64_t
constant(const uint8_t *at, unsigned int size)
{
	int32_t wide;
	int16_t word;

	if (size == 1)
		return (int8_t)at[0];
	if (size == 2) {
		memcpy(&word, at, sizeof(word));
		return word;
	}
	memcpy(&wide, at, sizeof(wide));
	return wide;
}

/* A register of one byte: without REX, 4 to 7 are the high bytes of 0 to 3. */
static void
byte_register(struct access *a, uint8_t rex)
{
	if (rex == 0 && a->reg >= 4) {
		a->high = true;
		a->reg -= 4;
	}
}

bool
decode_access(const uint8_t *code, const uint64_t registers[16], struct access *a)
{
	const uint8_t *at = code, *modrm;
	unsigned int size = 4, operand, immediate;
	uint8_t rex = 0, opcode;

	if (*at == 0x66) {
		size = 2;
		at++;
	}
	if ((*at & 0xf0) == 0x40)
		rex = *at++;
	if (rex & REX_W)
		size = 8;
	*a = (struct access){ .size = size, .reg_size = size };
	opcode = *at++;
	if (opcode == 0x0f) {
		opcode = *at++;
		if (opcode != 0xb6 && opcode != 0xb7 && opcode != 0xbe && opcode != 0xbf)
			return false;
		a->size = opcode & 1 ? 2 : 1;
		a->sign = opcode >= 0xbe;
	} else {
		switch (opcode) {
		case 0x88: case 0x8a: case 0xc6:
			a->size = a->reg_size = 1;
			break;
		case 0x89: case 0x8b: case 0xc7:
			break;
		default:
			return false;
		}
		a->store = opcode == 0x88 || opcode == 0x89 || opcode >= 0xc6;
	}
	modrm = at;
	operand = operand_length(modrm);
	if (operand == 0)
		return false;
	at += operand;
	if (!(a->store && opcode >= 0xc6)) {
		a->reg = (modrm[0] >> 3 & 7) | (rex & REX_R ? 8 : 0);
		if (a->reg_size == 1)
			byte_register(a, rex);
		a->value = registers[a->reg] >> (a->high ? 8 : 0);
	} else {
		immediate = a->size == 8 ? 4 : a->size;
		a->value = (uint64_t)constant(at, immediate);
		at += immediate;
	}
	a->length = (unsigned int)(at - code);
	return true;
}
