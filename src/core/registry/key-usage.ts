export type KeyUsageId = number
