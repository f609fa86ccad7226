import type { Prisma } from '../../db/generated/client.ts';

/** The tables that the demonstration fills and what a row of each holds. */
export interface Tables {
  user: Prisma.UserCreateManyInput;
  roleGrant: Prisma.RoleGrantCreateManyInput;
  address: Prisma.AddressCreateManyInput;
  unitInvitation: Prisma.UnitInvitationCreateManyInput;
  canteen: Prisma.CanteenCreateManyInput;
  place: Prisma.PlaceCreateManyInput;
  unit: Prisma.UnitCreateManyInput;
  unitAlias: Prisma.UnitAliasCreateManyInput;
  unitPosition: Prisma.UnitPositionCreateManyInput;
  unitGroup: Prisma.UnitGroupCreateManyInput;
  groupMember: Prisma.GroupMemberCreateManyInput;
  pairing: Prisma.PairingCreateManyInput;
  unitLineage: Prisma.UnitLineageCreateManyInput;
  unitPayer: Prisma.UnitPayerCreateManyInput;
  unitBudget: Prisma.UnitBudgetCreateManyInput;
  supplier: Prisma.SupplierCreateManyInput;
  certification: Prisma.CertificationCreateManyInput;
  certificationEvent: Prisma.CertificationEventCreateManyInput;
  certificationInterruption: Prisma.CertificationInterruptionCreateManyInput;
  publicNotice: Prisma.PublicNoticeCreateManyInput;
  objection: Prisma.ObjectionCreateManyInput;
  qualityMark: Prisma.QualityMarkCreateManyInput;
  farmerBenefit: Prisma.FarmerBenefitCreateManyInput;
  matchingEvent: Prisma.MatchingEventCreateManyInput;
  matchingIntention: Prisma.MatchingIntentionCreateManyInput;
  frameworkAgreement: Prisma.FrameworkAgreementCreateManyInput;
  category: Prisma.CategoryCreateManyInput;
  brand: Prisma.BrandCreateManyInput;
  productFamily: Prisma.ProductFamilyCreateManyInput;
  product: Prisma.ProductCreateManyInput;
  priceTier: Prisma.PriceTierCreateManyInput;
  priceChange: Prisma.PriceChangeCreateManyInput;
  batch: Prisma.BatchCreateManyInput;
  stockMovement: Prisma.StockMovementCreateManyInput;
  inspectionReport: Prisma.InspectionReportCreateManyInput;
  file: Prisma.FileCreateManyInput;
  zone: Prisma.ZoneCreateManyInput;
  zoneProduct: Prisma.ZoneProductCreateManyInput;
  campaign: Prisma.CampaignCreateManyInput;
  programme: Prisma.ProgrammeCreateManyInput;
  programmeOrigin: Prisma.ProgrammeOriginCreateManyInput;
  programmeCategory: Prisma.ProgrammeCategoryCreateManyInput;
  programmeParticipant: Prisma.ProgrammeParticipantCreateManyInput;
  programmeMilestone: Prisma.ProgrammeMilestoneCreateManyInput;
  target: Prisma.TargetCreateManyInput;
  targetVersion: Prisma.TargetVersionCreateManyInput;
  targetDeclaration: Prisma.TargetDeclarationCreateManyInput;
  targetExemption: Prisma.TargetExemptionCreateManyInput;
  cap: Prisma.CapCreateManyInput;
  refund: Prisma.RefundCreateManyInput;
  refundLine: Prisma.RefundLineCreateManyInput;
  capCounter: Prisma.CapCounterCreateManyInput;
  capMovement: Prisma.CapMovementCreateManyInput;
  tallyEntry: Prisma.TallyEntryCreateManyInput;
  offlinePurchase: Prisma.OfflinePurchaseCreateManyInput;
  offlineLine: Prisma.OfflineLineCreateManyInput;
  offlineEvidence: Prisma.OfflineEvidenceCreateManyInput;
  externalPlatform: Prisma.ExternalPlatformCreateManyInput;
  externalImport: Prisma.ExternalImportCreateManyInput;
  externalPurchase: Prisma.ExternalPurchaseCreateManyInput;
  reAttribution: Prisma.ReAttributionCreateManyInput;
  helpedSale: Prisma.HelpedSaleCreateManyInput;
  purchaseList: Prisma.PurchaseListCreateManyInput;
  purchaseListLine: Prisma.PurchaseListLineCreateManyInput;
  standingOrder: Prisma.StandingOrderCreateManyInput;
  order: Prisma.OrderCreateManyInput;
  fulfilment: Prisma.FulfilmentCreateManyInput;
  orderLine: Prisma.OrderLineCreateManyInput;
  lineAllocation: Prisma.LineAllocationCreateManyInput;
  shipment: Prisma.ShipmentCreateManyInput;
  shipmentLine: Prisma.ShipmentLineCreateManyInput;
  pickupPoint: Prisma.PickupPointCreateManyInput;
  pickup: Prisma.PickupCreateManyInput;
  receipt: Prisma.ReceiptCreateManyInput;
  receiptLine: Prisma.ReceiptLineCreateManyInput;
  deliveryReview: Prisma.DeliveryReviewCreateManyInput;
  orderDecision: Prisma.OrderDecisionCreateManyInput;
  orderApproval: Prisma.OrderApprovalCreateManyInput;
  cancellation: Prisma.CancellationCreateManyInput;
  payment: Prisma.PaymentCreateManyInput;
  paymentRefund: Prisma.PaymentRefundCreateManyInput;
  journalEntry: Prisma.JournalEntryCreateManyInput;
  statement: Prisma.StatementCreateManyInput;
  statementLine: Prisma.StatementLineCreateManyInput;
  transfer: Prisma.TransferCreateManyInput;
  transferAllocation: Prisma.TransferAllocationCreateManyInput;
  invoice: Prisma.InvoiceCreateManyInput;
  invoiceRequest: Prisma.InvoiceRequestCreateManyInput;
  statementExtension: Prisma.StatementExtensionCreateManyInput;
  transferReturn: Prisma.TransferReturnCreateManyInput;
  welfareRun: Prisma.WelfareRunCreateManyInput;
  welfarePackage: Prisma.WelfarePackageCreateManyInput;
  welfarePackageItem: Prisma.WelfarePackageItemCreateManyInput;
  welfareClaim: Prisma.WelfareClaimCreateManyInput;
  welfareOrder: Prisma.WelfareOrderCreateManyInput;
  sandboxObject: Prisma.SandboxObjectCreateManyInput;
  unsoldWarning: Prisma.UnsoldWarningCreateManyInput;
  assistanceCall: Prisma.AssistanceCallCreateManyInput;
  complaint: Prisma.ComplaintCreateManyInput;
  auditLine: Prisma.AuditLineCreateManyInput;
}

export type TableName = keyof Tables;

const WITHOUT_ID = new Set<TableName>([
  'zoneProduct',
  'programmeOrigin',
  'programmeCategory',
  'programmeParticipant',
  'programmeMilestone',
  'capCounter',
  'lineAllocation',
  'orderApproval',
  'offlineEvidence',
  'shipmentLine',
  'pickup',
  'purchaseListLine',
  'transferAllocation',
  'welfarePackageItem',
  'welfareOrder',
  'sandboxObject',
]);

/** Everything that will be written, table by table, numbered as an empty database would number it. */
export interface Rows {
  /** Adds a row and returns the id that it gets, 0 for tables without. The row may still be changed until it is written. */
  add<T extends TableName>(table: T, row: Tables[T]): number;
  of<T extends TableName>(table: T): Tables[T][];
  tables(): TableName[];
}

export function emptyRows(): Rows {
  const held = new Map<TableName, object[]>();
  const of = <T extends TableName>(table: T): Tables[T][] => {
    const rows = held.get(table) ?? [];
    held.set(table, rows);
    return rows as Tables[T][];
  };
  return {
    of,
    tables: () => [...held.keys()],
    add(table, row) {
      const rows = of(table);
      rows.push(row);
      if (WITHOUT_ID.has(table)) return 0;
      const id = rows.length;
      Object.assign(row, { id });
      return id;
    },
  };
}
