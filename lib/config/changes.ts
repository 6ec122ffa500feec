import { z } from 'zod'
import { duration } from './duration.ts'
import { weeklyWindow } from './weeklyWindow.ts'

/** Brakes: what holds back new changes, whoever asks for them. */
export const changesSchema = z
  .strictObject({
    windows: z
      .array(weeklyWindow)
      .max(50)
      .default([])
      .describe(
        'Change windows: new changes begin within one of them alone. None: at any time. What is in flight is kept or rolled back at any time',
      ),
    inFlight: z
      .int()
      .min(1)
      .max(1_000)
      .optional()
      .describe('So many changes at most are in flight at once, over the whole fleet. Default: no limit'),
    trafficPerHour: z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .describe(
        "The part of one pool's or ring's traffic that changes may move within any hour, 0 to 1: by the predicted shares of its servers or nodes before and after. Default: no limit",
      ),
    secondApprover: z
      .literal('high', { error: '"high"' })
      .optional()
      .describe(
        'What is of this risk is applied once a second person has approved it; needs an `auth` that tells people apart. Default: nobody has to',
      ),
    approveWithin: duration(60_000, 7 * 86_400_000)
      .prefault('1h')
      .meta({ description: 'How long such a request waits for its approval, from 1m to 7d' }),
  })
  .prefault({})
  .meta({ description: 'What holds back new changes, whoever asks for them; a freeze from the page comes on top' })
