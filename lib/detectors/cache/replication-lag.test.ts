import { expect, test } from 'vitest'
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
