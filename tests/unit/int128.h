/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDE_H
#define WIDE_H

#include "number.h"

#include <stdint.h>

/* Whole numbers of 128 bits, to compare results with what is exact. Compilers for processors of 32
 * bits have none; there the inputs stay so small that 64 bits do. A product of an input and 200000
 * fits. */
#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 wide;
#define WIDE_INPUT_MAX NUMBER_MAX
#else
typedef int64_t wide;
#define WIDE_INPUT_MAX (INT64_C(1) << 44)
#endif

#endif
