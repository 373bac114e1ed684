/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-netdma authors
 */

/* The two instructions that write 64 bytes at once: 66 0F 38 F8 /r is MOVDIR64B, F2 0F 38 F8 /r
 * is ENQCMD. The register of the ModRM byte has the address to write to, its memory operand
 * is what is read. Not decoded: an operand in segment FS or GS, and addresses of 32 bits.
 */

#include <string.h>

#include "idxd.h"

#define REX_R 0x4
#define REX_X 0x2
#define REX_B 0x1

static int32_t
displacement(const uint8_t *at, unsigned int size)
{
	int32_t wide;

	if (size == 1)
		return (int8_t)at[0];
	memcpy(&wide, at, sizeof(wide));
	return wide;
}

bool
decode_store64(const uint8_t *code, const uint64_t registers[16], struct store64 *store)
{
	const uint8_t *at = code;
	uint8_t rex = 0, mod, reg, rm, sib, disp = 0;
	uint64_t from = 0;
	bool operand_size = false, repne = false, relative = false;

	for (;; at++) {
		if (*at == 0x66)
			operand_size = true;
		else if (*at == 0xf2)
			repne = true;
		else
			break;
		if (at - code == 14)
			return false;
	}
	if ((*at & 0xf0) == 0x40)
		rex = *at++;
	if ((!operand_size && !repne) || at[0] != 0x0f || at[1] != 0x38 || at[2] != 0xf8)
		return false;
	mod = at[3] >> 6;
	reg = (uint8_t)((at[3] >> 3 & 7) | (rex & REX_R ? 8 : 0));
	rm = at[3] & 7;
	at += 4;
	if (mod == 3)
		return false;
	if (rm == 4) {
		uint8_t index, base;

		sib = *at++;
		index = (uint8_t)((sib >> 3 & 7) | (rex & REX_X ? 8 : 0));
		base = (uint8_t)((sib & 7) | (rex & REX_B ? 8 : 0));
		if (index != 4)
			from += registers[index] << (sib >> 6);
		if ((base & 7) == 5 && mod == 0)
			disp = 4;
		else
			from += registers[base];
	} else if (rm == 5 && mod == 0) {
		relative = true;
		disp = 4;
	} else {
		from += registers[rm | (rex & REX_B ? 8 : 0)];
	}
	if (mod != 0)
		disp = mod == 1 ? 1 : 4;
	if (disp != 0)
		from += (uint64_t)(int64_t)displacement(at, disp);
	at += disp;
	if (relative)
		from += (uint64_t)(uintptr_t)at;
	*store = (struct store64){
		.enqueue = repne,
		.to = registers[reg],
		.from = from,
		.length = (unsigned int)(at - code),
	};
	return true;
}
