import { expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import { latencyRise } from './latency-rise.ts'

const TARGETS = { targets: [{ name: 'a', kind: 'redis', state: 'up' as const, capabilities: [] }] }
/** 700 s as before, then 40 s of something. */
const lines = (calls: string, seconds: string, command = 'get') => ({
  [`cache_commands_total{target=a,command=${command}}`]: calls,
  [`cache_command_seconds_total{target=a,command=${command}}`]: seconds,
})
const said = (of: Record<string, string>) => judge(latencyRise, load(1000, of), TARGETS)
const GET = lines('0+500x739', '0+0.005x699 3.695+0.2x39')

test('the same command that takes many times as long, and enough of the time, is found', () =>
  expect(said(GET)).toMatchObject([
    {
      subject: { target: 'a' },
      is: 'found',
      severity: 'warning',
      summary: expect.stringMatching(/40.0.* as long as before, most of all GET: 400.µs each, 10.µs before/),
    },
  ]))
test('twice as long is a busy machine; a rise that nobody waits for is none', () => {
  expect(said(lines('0+500x739', '0+0.1x699 70.1+0.2x39'))).toMatchObject([{ is: 'clear' }])
  expect(said(lines('0+500x739', '0+0.001x699 0.71+0.01x39'))).toMatchObject([{ is: 'clear' }])
})
test('other, dearer commands than before are no rise', () =>
  expect(said({ ...lines('0+500x739', '0+0.005x739'), ...lines('0+1x699 701+300x39', '0+0.001x699 0.7+0.3x39', 'hgetall') })).toMatchObject(
    [{ is: 'clear' }],
  ))
test('a command without a past, a gap now, or a server out of sight is unjudged; one without command times is not spoken of', () => {
  expect(said(lines('_x700 0+500x39', '_x700 0+0.2x39'))).toMatchObject([{ is: 'unjudged' }])
  expect(said({ ...lines('0+500x699 _x39 600000', '0+0.005x699 _x39 9') })).toMatchObject([{ is: 'unjudged' }])
  expect(judge(latencyRise, load(1000, GET), { targets: [{ ...TARGETS.targets[0]!, state: 'down' }] })).toMatchObject([{ is: 'unjudged' }])
  expect(said({ 'cache_commands_total{target=a,command=get}': '0+9x739' })).toEqual([])
})
