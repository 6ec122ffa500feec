import type { CodeWriter } from '../../model/code.ts'
import { managedCache } from '../code/managedCache.ts'
import type { PrometheusConfig } from './config.ts'

/** A cache that is seen through an exporter may be any provider's: its parameters by each provider's command. */
export const prometheusCode: CodeWriter<PrometheusConfig> = {
  kind: 'prometheus',
  snippets: (_config, edits) => managedCache(['aws', 'gcloud', 'az'], edits),
}
