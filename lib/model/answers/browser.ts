import { z } from 'zod'
import { iso, noun, open } from './shape.ts'

export const browserAnswer = noun('Browser', 'A browser that is subscribed to notices', {
  id: z.string(),
  at: iso.meta({ description: 'When it was subscribed' }),
})

export const browsersAnswer = open({
  key: z.string().meta({ description: 'Public key of this Evenkeel (VAPID), for `PushManager.subscribe`' }),
  receivers: z.array(z.string()).meta({ description: 'Receivers whose notices reach subscribed browsers' }),
  items: z.array(browserAnswer),
})
export type BrowsersView = z.infer<typeof browsersAnswer>
export type BrowserView = z.infer<typeof browserAnswer>
