-- The list of photos by which a photo is linked: it is linked to no other list of the feature. NULL: it was
-- linked by a program that did not say so.
ALTER TABLE onemap.photos_of_features ADD COLUMN property text;
UPDATE onemap.photos_of_features SET property = 'photos' WHERE collection = 'warnings';
