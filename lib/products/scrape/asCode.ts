import type { CodeWriter } from '../../model/code.ts'
import { cloudCode } from '../exporters/cloudCode.ts'
import type { ScrapeConfig } from './config.ts'

/** A cache whose exporter is read may be any provider's: its parameters by each provider's command, and by the one of the exporter that tells of it. */
export const scrapeCode: CodeWriter<ScrapeConfig> = {
  kind: 'scrape',
  snippets: ({ behind }, edits) => cloudCode(behind?.thing, edits),
}
