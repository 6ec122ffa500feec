import { type Asked, shellLine } from '../../format/shell.ts'
import { Expression, HclBlocks, type HclValue, hclBlock } from './hcl.ts'

type Parameter = { name: string; value: string }

/** `aws elasticache modify-cache-parameter-group`. Values go as JSON: the CLI's shorthand would need quotes of its own around a comma or a blank. */
export const parametersCommand = (group: string | Asked, parameters: readonly Parameter[], flags: readonly string[] = []): string =>
  shellLine([
    ...['aws', 'elasticache', 'modify-cache-parameter-group', ...flags, '--cache-parameter-group-name'],
    group,
    '--parameter-name-values',
    JSON.stringify(parameters.map(({ name, value }) => ({ ParameterName: name, ParameterValue: value }))),
  ])

/** A parameter group in Terraform. Its family is not told by the address of a node. */
export const parametersHcl = (group: HclValue, parameters: readonly Parameter[]): string =>
  hclBlock('resource', ['aws_elasticache_parameter_group', 'evenkeel'], {
    name: group,
    family: new Expression('var.family'),
    parameter: new HclBlocks(...parameters.map(({ name, value }) => ({ name, value }))),
  })
