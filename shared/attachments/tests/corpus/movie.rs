//! A video put together box by box, with room for something at every depth.

/// A box.
pub fn part(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 8).unwrap();
    [&length.to_be_bytes(), &kind[..], content].concat()
}

pub fn words(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect()
}

fn count(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

/// A further track: how its samples are handled and described, its name, and its one sample.
pub struct Further {
    pub handler: [u8; 4],
    pub described: [u8; 4],
    pub name: Vec<u8>,
    pub sample: Vec<u8>,
}

/// What differs from a video that tells nothing.
pub struct Movie {
    pub brands: Vec<u8>,
    pub before_movie: Vec<u8>,
    pub behind_movie: Vec<u8>,
    pub behind_all: Vec<u8>,
    pub in_movie: Vec<u8>,
    pub in_udta: Vec<u8>,
    pub in_track: Vec<u8>,
    pub in_edits: Vec<u8>,
    pub in_media: Vec<u8>,
    pub in_information: Vec<u8>,
    pub in_table: Vec<u8>,
    pub in_times: Vec<u8>,
    pub in_description: Vec<u8>,
    pub in_configuration: Vec<u8>,
    pub in_sound: Vec<u8>,
    pub in_stream: Vec<u8>,
    pub reference: Vec<u8>,
    pub handler_name: Vec<u8>,
    pub maker: [u8; 4],
    pub compressor: Vec<u8>,
    pub unit: Vec<u8>,
    pub before_samples: Vec<u8>,
    pub between_samples: Vec<u8>,
    pub behind_samples: Vec<u8>,
    pub further: Option<Further>,
    pub times: u32,
    pub preview: Vec<u8>,
    pub large: bool,
}

impl Default for Movie {
    fn default() -> Self {
        let none = Vec::new;
        Self {
            brands: b"isom\0\0\x02\0isomavc1".to_vec(),
            before_movie: none(),
            behind_movie: none(),
            behind_all: none(),
            in_movie: none(),
            in_udta: none(),
            in_track: none(),
            in_edits: none(),
            in_media: none(),
            in_information: none(),
            in_table: none(),
            in_times: none(),
            in_description: none(),
            in_configuration: none(),
            in_sound: none(),
            in_stream: none(),
            reference: words(&[1]),
            handler_name: none(),
            maker: [0; 4],
            compressor: none(),
            unit: none(),
            before_samples: none(),
            between_samples: none(),
            behind_samples: none(),
            further: None,
            times: 0,
            preview: vec![0; 24],
            large: false,
        }
    }
}

/// H.264, sixteen points a side, uncompressed: sequence and picture parameters, and a picture of that grey.
pub const SEQUENCE: &[u8] = &[0x67, 0x42, 0xc0, 0x0a, 0xda, 0x7c];
pub const PICTURE: &[u8] = &[0x68, 0xce, 0x38, 0x80];

/// Bits of a slice, first the highest.
#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn put(&mut self, value: u32, bits: u32) {
        self.0
            .extend((0..bits).rev().map(|bit| value >> bit & 1 == 1));
    }

    /// Exp-Golomb (H.264, 9.1).
    fn golomb(&mut self, value: u32) {
        let bits = 32 - (value + 1).leading_zeros();
        self.put(0, bits - 1);
        self.put(value + 1, bits);
    }

    fn bytes(mut self) -> Vec<u8> {
        self.0.resize(self.0.len().next_multiple_of(8), false);
        let byte = |bits: &[bool]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        self.0.chunks(8).map(byte).collect()
    }
}

/// One picture, behind its length.
pub fn picture(grey: u8, number: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0x65, 8);
    bits.golomb(0);
    // A slice of intra macroblocks only
    bits.golomb(7);
    bits.golomb(0);
    bits.put(0, 4);
    // Two pictures in a row that begin anew have different numbers.
    bits.golomb(number % 2);
    bits.put(0, 2);
    bits.golomb(0);
    // Its points, uncompressed
    bits.golomb(25);
    let mut unit = bits.bytes();
    unit.extend([grey; 256]);
    unit.extend([128; 128]);
    unit.push(0x80);
    [&count(&unit).to_be_bytes(), &unit[..]].concat()
}

/// A frame of silence in AAC.
pub const SILENCE: &[u8] = &[0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c];

impl Movie {
    /// The samples of the pictures' track as they stand in the file.
    pub fn pictures(&self) -> [Vec<u8>; 2] {
        [(90, 0), (160, 1)].map(|(grey, number)| [&self.unit[..], &picture(grey, number)].concat())
    }

    pub fn bytes(&self) -> Vec<u8> {
        let brands = part(b"ftyp", &self.brands);
        let [first, second] = self.pictures();
        let further = self
            .further
            .as_ref()
            .map_or(&[][..], |further| &further.sample);
        let samples = [
            &self.before_samples[..],
            &first,
            &self.between_samples,
            &second,
            SILENCE,
            SILENCE,
            further,
            &self.behind_samples,
        ]
        .concat();
        let head = match self.large {
            true => [
                &words(&[1]),
                &b"mdat"[..],
                &(u64::from(count(&samples)) + 16).to_be_bytes(),
            ]
            .concat(),
            false => [&(count(&samples) + 8).to_be_bytes(), &b"mdat"[..]].concat(),
        };
        let before = [&brands[..], &self.before_movie].concat();
        let at = count(&before) + count(&self.movie(0)) + count(&self.behind_movie) + count(&head);
        [
            &before[..],
            &self.movie(at),
            &self.behind_movie,
            &head,
            &samples,
            &self.behind_all,
        ]
        .concat()
    }

    fn movie(&self, at: u32) -> Vec<u8> {
        let header = part(
            b"mvhd",
            &[
                &words(&[0, self.times, self.times, 1000, 80, 0x0001_0000])[..],
                &[1, 0],
                &[0; 10],
                &matrix(),
                &self.preview,
                &words(&[4]),
            ]
            .concat(),
        );
        let [first, second] = self.pictures();
        let pictures = at + count(&self.before_samples);
        let later = pictures + count(&first) + count(&self.between_samples);
        let sound = later + count(&second);
        let description = part(b"avc1", &self.description());
        let seen = Track {
            id: 1,
            handler: *b"vide",
            header: part(b"vmhd", &words(&[1, 0, 0])),
            description,
            chunks: vec![pictures, later],
            sizes: vec![count(&first), count(&second)],
            each: 1,
        };
        let heard = Track {
            id: 2,
            handler: *b"soun",
            header: part(b"smhd", &words(&[0, 0])),
            description: part(b"mp4a", &self.sound()),
            chunks: vec![sound],
            sizes: vec![count(SILENCE); 2],
            each: 2,
        };
        let further = self.further.as_ref().map(|further| Track {
            id: 3,
            handler: further.handler,
            header: part(b"nmhd", &words(&[0])),
            description: part(
                &further.described,
                &[&[0, 0, 0, 0, 0, 0, 0, 1], &further.name[..]].concat(),
            ),
            chunks: vec![sound + 2 * count(SILENCE)],
            sizes: vec![count(&further.sample)],
            each: 1,
        });
        let udta = match self.in_udta.is_empty() {
            true => Vec::new(),
            false => part(b"udta", &self.in_udta),
        };
        let further = further.map_or(Vec::new(), |track| self.track(&track));
        part(
            b"moov",
            &[
                header,
                self.track(&seen),
                self.track(&heard),
                further,
                udta,
                self.in_movie.clone(),
            ]
            .concat(),
        )
    }

    /// Pictures of sixteen points a side.
    fn description(&self) -> Vec<u8> {
        let configuration = [
            &[1, 0x42, 0xc0, 0x0a, 0xff, 0xe1][..],
            &[0, SEQUENCE.len() as u8],
            SEQUENCE,
            &[1, 0, PICTURE.len() as u8],
            PICTURE,
            &self.in_configuration,
        ]
        .concat();
        let mut compressor = self.compressor.clone();
        compressor.resize(32, 0);
        [
            &[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0][..],
            &self.maker,
            &[0; 8],
            &[0, 16, 0, 16, 0, 72, 0, 0, 0, 72, 0, 0, 0, 0, 0, 0, 0, 1],
            &compressor,
            &[0, 24, 0xff, 0xff],
            &part(b"avcC", &configuration),
            &self.in_description,
        ]
        .concat()
    }

    /// AAC, 44,100 a second, two channels.
    fn sound(&self) -> Vec<u8> {
        let described = |tag: u8, content: &[u8]| [&[tag, content.len() as u8], content].concat();
        let decoder = [&[0x40, 0x15][..], &[0; 11], &described(5, &[0x12, 0x10])].concat();
        let stream = [
            &[0, 1, 0][..],
            &described(4, &decoder),
            &described(6, &[2]),
            &self.in_stream,
        ]
        .concat();
        [
            &[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0][..],
            &self.maker,
            &[0, 2, 0, 16, 0, 0, 0, 0, 0xac, 0x44, 0, 0],
            &part(b"esds", &[&[0; 4], &described(3, &stream)[..]].concat()),
            &self.in_sound,
        ]
        .concat()
    }

    fn track(&self, track: &Track) -> Vec<u8> {
        let seen = track.id == 1;
        // Only the first track has something at each depth.
        let own = |bytes: &[u8]| if seen { bytes.to_vec() } else { Vec::new() };
        let samples = u32::try_from(track.sizes.len()).unwrap();
        let header = part(
            b"tkhd",
            &[
                &words(&[3, self.times, self.times, track.id, 0, 80, 0, 0, 0, 0])[..],
                &matrix(),
                &words(&[16 << 16, 16 << 16]),
            ]
            .concat(),
        );
        let edits = part(
            b"edts",
            &part(
                b"elst",
                &[words(&[0, 1, 80, 0, 0x0001_0000]), own(&self.in_edits)].concat(),
            ),
        );
        let table = [
            part(
                b"stsd",
                &[words(&[0, 1]), track.description.clone()].concat(),
            ),
            part(
                b"stts",
                &[words(&[0, 1, samples, 40]), own(&self.in_times)].concat(),
            ),
            part(b"stsc", &words(&[0, 1, 1, track.each, 1])),
            part(
                b"stsz",
                &[words(&[0, 0, samples]), words(&track.sizes)].concat(),
            ),
            part(
                b"stco",
                &[
                    words(&[0, u32::try_from(track.chunks.len()).unwrap()]),
                    words(&track.chunks),
                ]
                .concat(),
            ),
            own(&self.in_table),
        ]
        .concat();
        let information = [
            track.header.clone(),
            part(
                b"dinf",
                &part(
                    b"dref",
                    &[words(&[0, 1]), part(b"url ", &self.reference)].concat(),
                ),
            ),
            part(b"stbl", &table),
            own(&self.in_information),
        ]
        .concat();
        let media = [
            part(
                b"mdhd",
                &words(&[0, self.times, self.times, 1000, 80, 0x55c4_0000]),
            ),
            part(
                b"hdlr",
                &[
                    &words(&[0, 0])[..],
                    &track.handler,
                    &self.maker,
                    &[0; 8],
                    &self.handler_name,
                    &[0],
                ]
                .concat(),
            ),
            part(b"minf", &information),
            own(&self.in_media),
        ]
        .concat();
        part(
            b"trak",
            &[header, edits, part(b"mdia", &media), own(&self.in_track)].concat(),
        )
    }
}

struct Track {
    id: u32,
    handler: [u8; 4],
    header: Vec<u8>,
    description: Vec<u8>,
    chunks: Vec<u32>,
    sizes: Vec<u32>,
    /// Samples of a chunk.
    each: u32,
}

/// Not turned.
fn matrix() -> Vec<u8> {
    words(&[0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000])
}
