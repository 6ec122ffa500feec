import type { CodeWriter } from '../../model/code.ts'
import { managedCache } from '../code/managedCache.ts'
import type { ScrapeConfig } from './config.ts'

/** A cache whose exporter is read may be any provider's: its parameters by each provider's command. */
export const scrapeCode: CodeWriter<ScrapeConfig> = {
  kind: 'scrape',
  snippets: (_config, edits) => managedCache(['aws', 'gcloud', 'az'], edits),
}
