import { expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import type { TargetFacts } from '../../model/topology.ts'
import { documentBehind } from './document-behind.ts'

const target = (name: string, region?: string): TargetFacts => ({
  name,
  kind: 'redis',
  state: 'up',
  capabilities: [],
  ...(region && { labels: { region } }),
})
const TARGETS = [target('registry', 'us-east-1'), target('registry-eu', 'eu-west-1')]
const said = (us: string, eu: string, document = 'ring=products') =>
  judge(
    documentBehind,
    load(2_000, { [`document_version{${document},copy=registry}`]: us, [`document_version{${document},copy=registry-eu}`]: eu }),
    { targets: TARGETS },
  )

test('versions that are the same are clear, and so is the moment of replication', () => {
  expect(said('7x30', '7x30')).toMatchObject([{ is: 'clear' }, { is: 'clear' }])
  expect(said('6x25 7x3', '6x28 7x0')).toMatchObject([{ is: 'clear' }, { is: 'clear' }])
})

test('a region that stays behind is found, with both versions and for how long', () => {
  expect(said('6x9 7x20', '6x30')).toMatchObject([
    { is: 'clear' },
    {
      is: 'found',
      subject: { ring: 'products', copy: 'registry-eu' },
      severity: 'warning',
      summary: expect.stringMatching(
        /^Of the ring products eu-west-1 \(registry-eu\) has version 6, us-east-1 \(registry\) has 7; it has been behind for 40\ss$/,
      ),
      evidence: [{ metric: 'document_version', value: 6, baseline: 7 }],
    },
  ])
})

test('a second change does not begin the time anew, and a copy that has caught up is clear', () => {
  expect(said('6x9 7x9 8x10', '6x30')[1]).toMatchObject({ summary: expect.stringMatching(/has 8; it has been behind for 40\ss/) })
  expect(said('6x9 7x20', '6x20 7x9')[1]).toMatchObject({ is: 'clear' })
})

test('a server without the document, and one that was behind when the look began, are said as such', () => {
  expect(said('3x30', '0x30', 'policy=products')[1]).toMatchObject({
    subject: { policy: 'products', copy: 'registry-eu' },
    summary: expect.stringMatching(
      /^Of the TTL policy products eu-west-1 \(registry-eu\) has none, us-east-1 \(registry\) has 3; .* at least /,
    ),
  })
})

test('a server that does not answer says nothing', () => {
  expect(said('6x9 7x20', '6x10 _x20')[1]).toMatchObject({ is: 'unjudged', because: expect.stringContaining('registry-eu has not told its version for') }) // biome-ignore format: one line
})
