import { shellLine } from '../../format/shell.ts'
import type { Snippet } from '../../model/code.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Edit } from '../../model/product.ts'
import { serverPart } from '../../model/setting.ts'
import { HclBlocks, type HclBody, hclBlock } from '../code/hcl.ts'
import type { WeightedRecord, Zone } from './things.ts'

/** The largest weight of a record. */
export const RECORD_WEIGHT_MAX = 255

type Wanted = { record: WeightedRecord; weight: number }

/**
 * Weights of records of Route 53 by the AWS CLI and as Terraform. An `UPSERT` would overwrite whoever has changed the record meanwhile: each record
 * is deleted as it was read and made anew in one batch, which Route 53 refuses as a whole where it is another one by now.
 */
export function recordsCode({ zone, names }: Zone, edits: readonly Edit[], flags: readonly string[]): Snippet[] {
  const wanted = edits.map((edit): Wanted => {
    const part = serverPart(edit.name)
    const record = names.find(({ name }) => name === part?.pool)?.members.find(({ id }) => id === part?.server)?.record
    if (part?.what !== 'weight' || !record)
      throw new EvenkeelError('not_found', `${JSON.stringify(edit.name.slice(0, 120))} is the weight of no record of this zone`)
    const weight = Number(edit.value)
    if (!/^\d{1,3}$/.test(edit.value) || weight > RECORD_WEIGHT_MAX)
      throw new EvenkeelError('invalid', `${edit.name}: expected a whole number from 0 to ${RECORD_WEIGHT_MAX}`)
    return { record, weight }
  })
  const changes = wanted.flatMap(({ record, weight }) => [
    { Action: 'DELETE', ResourceRecordSet: record },
    { Action: 'CREATE', ResourceRecordSet: { ...record, Weight: weight } },
  ])
  const notes = ['Clients keep the old answer for the TTL of the record.']
  return [
    {
      form: 'aws',
      title: 'AWS CLI: Route 53',
      language: 'shell',
      text: shellLine([
        ...['aws', 'route53', 'change-resource-record-sets', ...flags, '--hosted-zone-id', zone],
        ...['--change-batch', JSON.stringify({ Changes: changes })],
      ]),
      notes: ['All of it or nothing: where a record is not as it was read any more, Route 53 refuses the whole batch.', ...notes],
    },
    {
      form: 'terraform',
      title: 'Terraform: Route 53',
      language: 'hcl',
      text: wanted.map((one) => terraform(zone, one)).join('\n\n'),
      notes: ['Put `weighted_routing_policy` into the resource that you have.', ...notes],
    },
  ]
}

function terraform(zone: string, { record, weight }: Wanted): string {
  const { Name, Type, SetIdentifier, TTL, ResourceRecords, AliasTarget, HealthCheckId } = record
  const body: HclBody = {
    zone_id: zone,
    name: Name.replace(/\.$/, ''),
    type: Type,
    set_identifier: SetIdentifier,
    ...(TTL !== undefined && { ttl: TTL }),
    ...(ResourceRecords && { records: ResourceRecords.map(({ Value }) => Value) }),
    ...(HealthCheckId !== undefined && { health_check_id: HealthCheckId }),
    ...(AliasTarget && {
      alias: new HclBlocks({
        name: AliasTarget.DNSName,
        zone_id: AliasTarget.HostedZoneId,
        evaluate_target_health: AliasTarget.EvaluateTargetHealth,
      }),
    }),
    weighted_routing_policy: new HclBlocks({ weight }),
  }
  return hclBlock('resource', ['aws_route53_record', `${Name}_${Type}_${SetIdentifier}`.replace(/\W/g, '_')], body)
}
