import { expect, test } from 'vitest'
import { recordedFile } from './files.ts'
import { replayed } from './replay.ts'
import { replayedTogether } from './together.ts'

test('recordings that are replayed side by side come in their order, each once, with the alarms of one replayed alone', async () => {
  const together = await replayedTogether(/^(?:ttlcliff|evict|restart)$/, 2)
  expect(together.map(({ name }) => name)).toEqual(['evict', 'restart', 'ttlcliff'])
  expect(together[0]).toEqual(await replayed(recordedFile('evict')))
}, 60_000)
