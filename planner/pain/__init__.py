"""The pain map: body chart, drawings, dermatomes and nerves, somatotopy, predicted coverage."""
