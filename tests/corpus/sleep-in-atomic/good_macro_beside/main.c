// path: drivers/net/new/main.c
// models: commit 6a5f850aa83a ("ASoC: fsl: Add imx-hdmi machine driver")
#include <linux/spinlock.h>

#include "unit.h"

u32 unit_state(struct unit *unit)
{
	u32 state;

	spin_lock(&unit->lock);
	state = unit_read(unit, 4);
	spin_unlock(&unit->lock);
	return state;
}
