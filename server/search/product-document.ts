/** What is searched, filtered and sorted by: one sellable specification. Codes with their names side by side. */
export type ProductDocument = {
  id: number;
  familyId: number;
  name: string;
  /** “500g×2 礼盒” */
  spec: string;
  aliases: string[];
  /** What its category, those above and its places are called too, in other words or another language, and its certificates: tells less than what the product is called. */
  categoryWords: string[];
  /** Free text that may be found too, at little weight. */
  description?: string;
  /** From the root down to the category, each with its name at the same index. */
  categoryCodes: string[];
  categoryNames: string[];
  /** County, township and village of origin, as far as known, each with its name at the same index. */
  placeCodes: string[];
  placeNames: string[];
  supplierCode: string;
  supplierName: string;
  brandCode?: string;
  brandName?: string;
  zones: string[];
  certifications: string[];
  /** Of the lowest quantity that can be bought. */
  priceFen: number;
  netGrams: number;
  inStock: boolean;
  coldChain: boolean;
  /** Units sold, for ranking and sorting. */
  sales: number;
  /** Epoch ms. */
  createdAt: number;
};

type Coded = { code: string; name: string };
type Category = Coded & { nameEn: string; aliases: string[] };

/** What a query over products must select for a document; ancestors come with the row, nearest last. */
export type ProductRow = {
  id: number;
  familyId: number;
  name: string;
  spec: string;
  aliases: string[];
  description?: string | null;
  categoryPath: Category[];
  placePath: (Coded & { aliases: string[] })[];
  supplier: Coded;
  brand?: Coded | null;
  zoneCodes: string[];
  certificationCodes: string[];
  priceFen: number;
  netGrams: number;
  availableQuantity: number;
  coldChain: boolean;
  soldQuantity: number;
  createdAt: Date;
};

/** The document of a product that is on sale; what has left the shelves is removed from the index instead. */
export function productDocument(row: ProductRow): ProductDocument {
  return {
    id: row.id,
    familyId: row.familyId,
    name: row.name,
    spec: row.spec,
    aliases: row.aliases,
    categoryWords: [
      ...categoryWords(row.categoryPath),
      ...row.placePath.flatMap(({ aliases }) => aliases),
      ...certificateWords(row.certificationCodes),
    ],
    description: row.description ?? undefined,
    categoryCodes: row.categoryPath.map((category) => category.code),
    categoryNames: row.categoryPath.map((category) => category.name),
    placeCodes: row.placePath.map((place) => place.code),
    placeNames: row.placePath.map((place) => place.name),
    supplierCode: row.supplier.code,
    supplierName: row.supplier.name,
    brandCode: row.brand?.code,
    brandName: row.brand?.name,
    zones: row.zoneCodes,
    certifications: row.certificationCodes,
    priceFen: row.priceFen,
    netGrams: row.netGrams,
    inStock: row.availableQuantity > 0,
    coldChain: row.coldChain,
    sales: row.soldQuantity,
    createdAt: row.createdAt.getTime(),
  };
}

/** The nearest category's other words, and the English names of all. */
function categoryWords(path: Category[]): string[] {
  return [...(path.at(-1)?.aliases ?? []), ...path.map(({ nameEn }) => nameEn)].filter(Boolean);
}

const wordsOfCertificate: Record<string, string[]> = {
  green: ['绿色食品'],
  organic: ['有机', 'Organic'],
  geographic: ['地理标志', '地标', 'Geographical indication'],
};

/** What buyers call the certificates that a product carries. */
export function certificateWords(codes: readonly string[]): string[] {
  return codes.flatMap((code) => wordsOfCertificate[code] ?? []);
}
