import { expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import type { TargetFacts } from '../../model/topology.ts'
import { targetDown } from './target-down.ts'

const target = (more: Partial<TargetFacts>): TargetFacts => ({ name: 'a', kind: 'redis', state: 'up', capabilities: [], ...more })
const said = (...targets: TargetFacts[]) => judge(targetDown, load(1000, { x: '0x5' }), { targets })

test('speaks of each target by its state', () =>
  expect(
    said(target({}), target({ name: 'b', state: 'down', error: 'connection refused' }), target({ name: 'c', state: 'unknown' })),
  ).toMatchObject([
    { subject: { target: 'a' }, is: 'clear' },
    { subject: { target: 'b' }, is: 'found', severity: 'critical', summary: 'b does not answer: connection refused' },
    { subject: { target: 'c' }, is: 'unjudged', because: 'not read yet' },
  ]))
test('a control document is not a server', () => expect(said(target({ name: 'ring:r', kind: 'control', state: 'down' }))).toEqual([]))
