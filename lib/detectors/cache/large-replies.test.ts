import { expect, test } from 'vitest'
import { RECORDED, recording, replay, windowOfRecording } from '../../../test/replay.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import type { TargetRecord } from '../../model/record.ts'
import { largeReplies } from './large-replies.ts'

const KB = 1_024
type Phase = { seconds: number; perSecond: number; bytes: number }

/** Commands and what is sent for each, phase by phase. */
function lines(phases: Phase[]): Record<string, number[]> {
  const [calls, sent] = [[0], [0]]
  for (const { seconds, perSecond, bytes } of phases)
    for (let t = 0; t < seconds; t++) {
      calls.push(calls.at(-1)! + perSecond)
      sent.push(sent.at(-1)! + perSecond * bytes)
    }
  return { 'cache_reply_bytes_total{target=a}': sent, 'cache_commands_total{target=a,command=get}': calls }
}
const said = (phases: Phase[], records: TargetRecord[] = []) => judge(largeReplies, load(1000, lines(phases), { records }))
const entry = (seconds: number, kb: number, log: 'large-reply' | 'large-request' = 'large-reply'): TargetRecord => ({
  kind: 'large',
  target: 'a',
  id: `${log}-${seconds}`,
  at: FROM + seconds * 1000,
  log,
  bytes: kb * KB,
  fingerprint: 'hgetall cart:{id}',
  key: 'cart:7',
})

test('replies that grew are a warning, with what they were before', () => {
  expect(
    said([
      { seconds: 660, perSecond: 2_000, bytes: KB },
      { seconds: 60, perSecond: 2_000, bytes: 8 * KB },
    ]),
  ).toMatchObject([
    {
      subject: { target: 'a' },
      is: 'found',
      severity: 'warning',
      summary: expect.stringMatching(/^Replies of a have 8.KiB on average, 1.KiB before: it sends 15\.6.MiB\/s$/),
      evidence: [{ value: 8 * KB, baseline: KB, threshold: 4 * KB }, { value: 16_384_000 }],
    },
  ])
})
test('replies that are always large are a note, and a warning where they fill a line', () => {
  expect(said([{ seconds: 720, perSecond: 100, bytes: 100 * KB }])).toMatchObject([{ is: 'found', severity: 'info' }])
  expect(said([{ seconds: 720, perSecond: 1_200, bytes: 100 * KB }])).toMatchObject([{ is: 'found', severity: 'warning' }])
})
test('small replies, few bytes, and another mix of commands are clear', () => {
  expect(said([{ seconds: 720, perSecond: 20_000, bytes: KB }])).toMatchObject([{ is: 'clear' }])
  expect(said([{ seconds: 720, perSecond: 3, bytes: 200 * KB }])).toMatchObject([{ is: 'clear' }])
  expect(
    said([
      { seconds: 660, perSecond: 5_000, bytes: KB },
      { seconds: 60, perSecond: 5_000, bytes: 3 * KB },
    ]),
  ).toMatchObject([{ is: 'clear' }])
})
test('what a server sent while nobody but Evenkeel asked is no usual reply', () =>
  expect(said([{ seconds: 660, perSecond: 2, bytes: 300 }, { seconds: 60, perSecond: 2_000, bytes: 8 * KB }])).toMatchObject([{ is: 'clear' }])) // biome-ignore format: one line
test('the log of large replies names the command and the key; one entry, old ones and requests do not count', () => {
  const quiet = [{ seconds: 100, perSecond: 3, bytes: 300 }]
  expect(said(quiet, [entry(50, 900), entry(60, 3_072), entry(70, 2_048)])).toMatchObject([
    {
      is: 'found',
      severity: 'info',
      summary: expect.stringMatching(/^a sent 3 large replies in 1.min; the largest by hgetall cart:\{id\} \(cart:7\), 3.MiB$/),
    },
  ])
  expect(said(quiet, [entry(60, 3_072), entry(10, 900), entry(20, 900)])).toMatchObject([{ is: 'clear' }])
  expect(
    said(
      quiet,
      [50, 60, 70].map((at) => entry(at, 900, 'large-request')),
    ),
  ).toMatchObject([{ is: 'clear' }])
})
test('without a log the largest key that is known is named', () => {
  const key: TargetRecord = { kind: 'big-key', target: 'a', id: 'cart:7', at: FROM, key: 'cart:7', type: 'hash', bytes: 5_242_880 }
  const [verdict] = said([{ seconds: 720, perSecond: 100, bytes: 100 * KB }], [key])
  expect(verdict).toHaveProperty('summary', expect.stringMatching(/; the largest key known is cart:7, 5.MiB$/))
})
test('a restart of the counters is no rise; silence and too little history are unjudged', () => {
  const before = lines([{ seconds: 600, perSecond: 2_000, bytes: KB }])
  const after = lines([{ seconds: 120, perSecond: 2_000, bytes: KB }])
  const both = Object.fromEntries(Object.keys(before).map((name) => [name, [...before[name]!, ...after[name]!]]))
  expect(judge(largeReplies, load(1000, both))).toMatchObject([{ is: 'clear' }])
  expect(said([{ seconds: 20, perSecond: 2_000, bytes: 100 * KB }])).toMatchObject([{ is: 'unjudged' }])
  expect(judge(largeReplies, load(1000, { ...before, 'target_up{target=a}': '1x700' }))).toMatchObject([{ is: 'unjudged' }])
})
test('recorded traffic says nothing', () => {
  for (const name of RECORDED) expect(replay(largeReplies, windowOfRecording(recording(name)), { everyMs: 10_000 }), name).toEqual([])
})
