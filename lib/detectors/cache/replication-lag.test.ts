import { describe, expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import { replicationLag } from './replication-lag.ts'

const said = (lag: string, written = '0+100000x60') =>
  judge(
    replicationLag,
    load(1000, {
      'redis_connected_slave_lag_bytes{target=p,slave_ip=10.0.0.2,slave_port=6379,slave_state=online}': lag,
      'redis_master_repl_offset{target=p}': written,
    }),
  )

test('a replica that stays behind is named', () =>
  expect(said('0x30 9000000x29')).toMatchObject([
    {
      subject: { target: 'p' },
      is: 'found',
      severity: 'warning',
      summary: expect.stringMatching(/10\.0\.0\.2:6379 of p is 8\.58.MiB behind/),
    },
  ]))
test('bursts, a primary that writes a lot, and what is on its way', () => {
  expect(said('0x50 9000000x5 0x4')).toMatchObject([{ is: 'clear' }])
  expect(said('9000000x60', '0+10000000x60')).toMatchObject([{ is: 'clear' }])
  expect(said('200000x60')).toMatchObject([{ is: 'clear' }])
})
test('short data and silence', () => {
  expect(said('_x57 9000000x3')).toMatchObject([{ is: 'unjudged', because: '4 readings of the replicas; 5 needed' }])
  expect(said('9000000x30 _x30')).toMatchObject([{ is: 'unjudged' }])
})

describe('a replica in another region', () => {
  const target = (name: string, role: 'primary' | 'replica', region?: string) => ({
    name,
    kind: 'redis',
    host: `10.0.0.${name === 'p' ? 1 : 2}`,
    state: 'up' as const,
    capabilities: [],
    replication: { id: 'r', role },
    ...(region && { labels: { region } }),
  })
  /** The primary writes 1 kB a second; the replica's offset by second. */
  const far = (offset: string, regions: [string?, string?] = ['us', 'eu'], more: Record<string, string> = {}) =>
    judge(
      replicationLag,
      load(1000, {
        'redis_master_repl_offset{target=p}': '1000+1000x119',
        'redis_slave_repl_offset{target=q}': offset,
        'redis_connected_slave_lag_bytes{target=p,slave_ip=10.0.0.2,slave_port=6379,slave_state=online}': '9000000x120',
        ...more,
      }),
      { targets: [target('p', 'primary', regions[0]), target('q', 'replica', regions[1])] },
    )

  test('is judged by the age of its values, not by bytes', () => {
    expect(far('500+1000x119')).toEqual([{ subject: { target: 'q' }, is: 'clear' }])
    expect(far('1000+1000x59 61000x60')).toMatchObject([
      {
        subject: { target: 'q' },
        is: 'found',
        summary: 'Readers of q in eu get values that are 30\u00a0s old: so far it is behind p in us',
        evidence: [{ value: 30, threshold: 10, unit: 'seconds' }],
      },
    ])
  })
  test('one that is behind by more than is seen of its primary is said to be so by at least that', () =>
    expect(far('10x120')).toMatchObject([{ is: 'found', summary: expect.stringMatching(/are over 90.s old/) }]))
  test('one that catches up in between is clear', () => expect(far('1000+1000x59 61000x30 91000+1000x29')).toMatchObject([{ is: 'clear' }]))
  test('unjudged while its link is down, or one of both is not read', () => {
    expect(far('61000x120', ['us', 'eu'], { 'redis_master_link_up{target=q}': '0x120' })).toMatchObject([
      { is: 'unjudged', because: 'it has lost its primary' },
    ])
    expect(far('_x117 9x3')).toMatchObject([{ is: 'unjudged', because: '4 readings of it and its primary; 5 needed' }])
  })
  test('within one region, or where none is told, bytes decide', () => {
    for (const regions of [['us', 'us'], ['us', undefined], []] as [string?, string?][])
      expect(far('10x120', regions)).toMatchObject([{ subject: { target: 'p' }, is: 'found' }])
  })
})
