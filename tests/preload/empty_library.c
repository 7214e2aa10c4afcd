/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A shared library without any function, to stand in the place of one that is needed. */
extern int nothing;
int nothing;
