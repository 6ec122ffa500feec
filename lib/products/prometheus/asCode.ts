import type { CodeWriter } from '../../model/code.ts'
import { cloudCode } from '../exporters/cloudCode.ts'
import type { PrometheusConfig } from './config.ts'

/** A cache that is seen through an exporter may be any provider's: its parameters by each provider's command, and by the one of the exporter that tells of it. */
export const prometheusCode: CodeWriter<PrometheusConfig> = {
  kind: 'prometheus',
  snippets: ({ behind }, edits) => cloudCode(behind?.thing, edits),
}
