import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
/** Those of WCAG 2.2 AA that look at colours: all that can differ from one theme to the other. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']

/** What breaks WCAG 2.2 AA, each with the element and why. */
export async function violations(page: Page, rules: 'all' | 'of colours' = 'all'): Promise<string[]> {
  const axe = new AxeBuilder({ page })
  const { violations } = await (rules === 'all' ? axe.withTags(WCAG) : axe.withRules(OF_COLOURS)).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary}`)
}
