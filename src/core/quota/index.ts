/**
 * How full the quotas of namespaces are, and when they will be: from what a cluster says of use, and how that went so far.
 *
 * Refuses to foretell from too little: without a rise over time there is no day. Key invariant: what the cluster did not
 * count is unknown, never none.
 */
export { type QuotaUse, readQuota } from './quota-use.ts'
export { daysToFull, type QuotaSample, sampleIsDue } from './trend.ts'
